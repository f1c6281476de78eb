/** Titles of the views that have no file of their own yet. */
export const views = {
  collections: "Collections",
  features: "Features",
  models: "Models",
  map: "Map",
  media: "Picture",
  uploads: "Uploads",
};
