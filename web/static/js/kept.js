// @ts-check
// What a browser keeps of documents, so that nothing written offline is lost. It goes with whoever signs out.

export const KEPT = 'hubbub-document-'

/** Deletes what is kept, or of it what the test picks. @param {(name: string) => boolean} [picks] */
export async function forgetKept(picks = () => true) {
  const all = await globalThis.indexedDB?.databases?.() ?? []
  for (const { name } of all) if (name?.startsWith(KEPT) && picks(name)) indexedDB.deleteDatabase(name)
}
