/** Titles of the views that have no file of their own yet. */
export const views = {
  collections: "Collections",
  media: "Picture",
};
