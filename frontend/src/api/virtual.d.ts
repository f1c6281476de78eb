/** Made at build by build/abilities.ts. */
declare module "virtual:abilities" {
  /** Parameters that every search takes. */
  export const filters: readonly string[];
  /** Routes of which not every server has all: `POST /api/v1/search`. */
  export const routes: readonly string[];
}
