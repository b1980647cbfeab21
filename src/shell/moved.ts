/** The former address of each page that moved, and its present one. Both are ids, which have no slash at their ends. */
export const movedPages: Readonly<Record<string, string>> = {
  'guides/one-api-two-frameworks': 'guides/compare',
}
