// @ts-check
// The names and shapes of the guide that is written for Socket.IO, translated to and from those of the protocol.

const TYPING_MS = 6_000 // without another event, the user has stopped typing

/** Requests by the names that the dialect emits. @type {Record<string, (arg: any) => [string, string, object]>} */
export const ACTIONS = {
  'chat:message': ({ roomId, text }) => ['POST', '/api/chat/send', { roomId, text }],
  'room:join': roomId => ['GET', '/api/chat/join', { roomId }],
  'room:leave': roomId => ['GET', '/api/chat/leave', { roomId }],
  'typing:start': roomId => ['POST', '/api/chat/typing', { roomId, isTyping: true }],
  'typing:stop': roomId => ['POST', '/api/chat/typing', { roomId, isTyping: false }],
}

/** The dialect's names of our events. @type {Record<string, string>} */
const ALIASES = {
  userJoined: 'room:userJoined',
  userLeft: 'room:userLeft',
  presenceUpdated: 'presence:update',
  notificationRead: 'notification:read',
  notificationsAllRead: 'notification:allRead',
}

/** The events that the dialect expects without subscribing, and where to subscribe. @type {Record<string, string>} */
export const IMPLICIT_SUBSCRIPTIONS = {
  'presence:update': '/api/presence/subscribe',
  'notification': '/api/notifications/subscribe',
  'notification:read': '/api/notifications/subscribe',
  'notification:allRead': '/api/notifications/subscribe',
}

/** Dispatches our events again under the dialect's names, in the shapes that the guide's code expects. */
export class SocketIODialect {
  /** @type {Map<string, number>} */ #typing = new Map()

  /** @param {(name: string, data: any) => void} dispatch */
  constructor(dispatch) { this.dispatch = dispatch }

  /** @param {string} event @param {any} data */
  translate(event, data) {
    if (event === 'newMessage') this.dispatch('chat:message', { ...data, user: data.sender })
    else if (event === 'typing') this.#translateTyping(data)
    else if (ALIASES[event]) this.dispatch(ALIASES[event], data)
  }

  /**
   * The guide's component appends a name at each typing:start. So a user starts once, and stops after TYPING_MS
   * even if that event is lost.
   * @param {any} data
   */
  #translateTyping(data) {
    const key = `${data.roomId} ${data.userId}`
    const timer = this.#typing.get(key)
    const stop = () => this.#translateTyping({ ...data, isTyping: false })
    clearTimeout(timer)
    this.#typing.delete(key)
    if (data.isTyping) this.#typing.set(key, setTimeout(stop, TYPING_MS))
    if (data.isTyping !== !!timer) this.dispatch(data.isTyping ? 'typing:start' : 'typing:stop', data)
  }
}
