// @ts-check
// Who else has the document open, by the client of Yjs that the server gave each. Names and colours are of who they
// say they are of, since they come from the server and not from what a client says about itself.
import { Emitter } from './emitter.js'
import { me } from './page.js'

/** @typedef {{ client: number, hue: number, user: { id: number, fullName: string } }} Visit */

/** Emits `change`. */
export class People extends Emitter {
  /** @type {Map<number, Visit>} */
  #here = new Map()

  /** @param {import('./channel.js').Channel} channel */
  constructor(channel) {
    super()
    channel.on('joined', joined => this.#begin(joined.client, joined.collaborators))
    channel.on('arrived', visit => this.#set(visit))
    channel.on('left', ({ client }) => this.#drop(visit => visit.client === client))
    channel.on('broken', () => this.#drop(() => true))
  }

  /** @param {number} client */
  get(client) { return this.#here.get(client) }

  /** Others than the reader, each once, with all their clients. */
  others() {
    /** @type {Map<number, { visit: Visit, clients: number[] }>} */
    const people = new Map()
    for (const visit of this.#here.values()) {
      if (visit.user.id === me) continue
      const known = people.get(visit.user.id) ?? { visit, clients: [] }
      known.clients.push(visit.client)
      people.set(visit.user.id, known)
    }
    return [...people.values()]
  }

  /** @param {number} mine @param {Visit[]} visits */
  #begin(mine, visits) {
    this.#here = new Map(visits.filter(({ client }) => client !== mine).map(visit => [visit.client, visit]))
    this.emit('change')
  }

  /** @param {Visit} visit */
  #set(visit) {
    this.#here.set(visit.client, visit)
    this.emit('change')
  }

  /** @param {(visit: Visit) => boolean} which */
  #drop(which) {
    const before = this.#here.size
    for (const visit of this.#here.values()) if (which(visit)) this.#here.delete(visit.client)
    if (this.#here.size !== before) this.emit('change')
  }
}
