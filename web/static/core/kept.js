// @ts-check
// The copies of documents that a browser keeps in IndexedDB, so that offline edits are not lost. Signing out deletes
// them.

export const KEPT = 'hubbub-document-'

/** Deletes all copies, or those that the predicate picks. @param {(name: string) => boolean} [picks] */
export async function forgetKept(picks = () => true) {
  const all = await globalThis.indexedDB?.databases?.() ?? []
  for (const { name } of all) if (name?.startsWith(KEPT) && picks(name)) indexedDB.deleteDatabase(name)
}
