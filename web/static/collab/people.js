// @ts-check
// The users who have the document open, by the Yjs client that the server assigned to each connection. Names and
// colours come from the server, not from awareness, in which a client could claim any name.
import { Emitter } from './emitter.js'
import { me } from './page.js'

/** @typedef {import('../protocol').collab.Collaborator} Visit */

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

  /** The users other than this page's, each once, with all their clients. */
  others() {
    /** @type {Map<number, { visit: Visit, clients: number[] }>} */
    const people = new Map()
    for (const visit of this.#here.values()) {
      if (visit.user.id === me) continue
      const person = people.get(visit.user.id) ?? { visit, clients: [] }
      person.clients.push(visit.client)
      people.set(visit.user.id, person)
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
