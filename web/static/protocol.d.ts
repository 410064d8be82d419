// Written by "make protocol" from the Go types of events and answers, which are listed in
// internal/app/protocol_types_test.go. What each event is for is in docs/protocol.md.

/** The data of events, by their names. */
export interface Events {
  collaboratorJoined: collab.Visit
  collaboratorLeft: collab.Visit
  commentChanged: collab.Thread
  commentRemoved: collab.Removed
  counterUpdated: dashboard.CounterValue
  cursorMoved: collab.Cursor
  documentGone: collab.Gone
  documentRole: collab.Rights
  documentUpdated: collab.Updated
  hello: playground.Hello
  messageDeleted: chat.Deletion
  messageUpdated: chat.Message
  newMessage: chat.Message
  notification: notify.NoticeEvent
  notificationRead: notify.NoticeCount
  notificationRemoved: notify.NoticeCount
  notificationUpdated: notify.NoticeEvent
  notificationsAllRead: notify.Count
  presenceUpdated: presence.Update
  roomRead: chat.Marks
  searchResultAdded: { kind: index.Kind, id: number, title: string, snippet: string, url: string, score: number, position: number, number: number | null }
  searchResultRemoved: search.RemovedResult
  searchResultUpdated: { kind: index.Kind, id: number, title: string, snippet: string, url: string, score: number, position: number, number: number | null }
  simulatorUpdated: dashboard.Simulator
  statsUpdated: dashboard.StatsUpdate
  systemUpdated: dashboard.Sample
  typing: chat.Typing
  userJoined: chat.Visit
  userLeft: chat.Visit
  userOffline: presence.Arrival
  userOnline: presence.Arrival
  versionAdded: collab.Version
  document:
    | { verb: 'addedTo', id: number, data: chat.Membership }
    | { verb: 'created', id: number, data: collab.Document }
    | { verb: 'destroyed', id: number }
    | { verb: 'removedFrom', id: number, data?: chat.Membership }
    | { verb: 'updated', id: number, data: collab.Document, previous?: unknown }
  order:
    | { verb: 'created', id: number, data: dashboard.Order }
    | { verb: 'updated', id: number, data: dashboard.Progress, previous?: unknown }
  product:
    | { verb: 'created', id: number, data: dashboard.Product }
    | { verb: 'destroyed', id: number }
    | { verb: 'updated', id: number, data: dashboard.Product, previous?: unknown }
  room:
    | { verb: 'addedTo', id: number, data: chat.Membership }
    | { verb: 'created', id: number, data: chat.Room }
    | { verb: 'removedFrom', id: number, data: chat.Membership }
    | { verb: 'updated', id: number, data: chat.Properties | chat.RoomActivity | chat.MessageErasure, previous?: unknown }
  user:
    | { verb: 'created', id: number, data: account.Profile }
    | { verb: 'updated', id: number, data: account.Profile, previous?: unknown }
}

/** The data of answers, by the routes. */
export interface Answers {
  'GET /api/chat/messages': chat.Message[]
  'GET /api/counter/subscribe': dashboard.CounterValue
  'GET /api/dashboard/series': dashboard.Series
  'GET /api/dashboard/subscribe': dashboard.Snapshot
  [route: `GET /api/documents/${number}/comments`]: collab.Thread[]
  'GET /api/documents/join': collab.Joined
  'GET /api/notifications': notify.Notice[]
  'GET /api/notifications/subscribe': notify.Count
  'GET /api/presence/subscribe': account.Profile[]
  'GET /api/rooms': chat.Room[]
  'GET /api/system/subscribe': dashboard.Board
  'POST /api/counter/increment': dashboard.CounterValue
}

export namespace account {
  /** Profile is a user as every signed-in user sees them: the "user" of the protocol. */
  interface Profile {
    id: number
    fullName: string
    handle: string
    avatarUrl: string | null
    isOnline: boolean
    lastSeenAt: string | null
  }
}

export namespace chat {
  /** Deletion is the data of messageDeleted. */
  interface Deletion {
    id: number
    roomId: number
    seq: number
  }

  /** Kind decides who may see a room: every user, its members, or the two users of a direct room. */
  type Kind = 'public' | 'private' | 'direct'

  /** LastMessage is the newest message of a room that is not deleted. */
  interface LastMessage {
    id: number
    senderId: number
    text: string
    createdAt: string
  }

  /** Marks is how far a user has read a room. */
  interface Marks {
    roomId: number
    readSeq: number
    unread: number
    mentions: number
  }

  /** Membership is the data of a room's addedTo and removedFrom events. */
  interface Membership {
    user: account.Profile
  }

  /** Message is a message of a room. A deleted message keeps its id and createdSeq, with empty text and html. */
  interface Message {
    id: number
    roomId: number
    /** of its latest change */
    seq: number
    /** of its sending */
    createdSeq: number
    sender: account.Profile
    text: string
    /** sanitised */
    html: string
    clientId: string | null
    replyTo: chat.Quote | null
    reactions: chat.Reaction[]
    createdAt: string
    editedAt: string | null
    deletedAt: string | null
  }

  /** MessageErasure is the data of a room's updated event when a message was deleted. The message may have been unread, so a list that shows the room's unread count requests it again. */
  interface MessageErasure {
    /** its id */
    deletedMessage: number
  }

  /** Properties is what Update can change of a room, and the data of the room's updated event then. */
  interface Properties {
    name: string
    topic: string
    archived: boolean
  }

  /** Quote is the message that another message answers. Its text is empty if it was deleted. */
  interface Quote {
    id: number
    sender: account.Profile
    text: string
  }

  /** Reaction is one emoji under a message. */
  interface Reaction {
    emoji: string
    count: number
    /** whether the reader reacted; nil in broadcasts, which have no reader */
    mine?: boolean
  }

  /** Room is a room as one user sees it: the read mark, the counts and the name of a direct room depend on the user. */
  interface Room {
    id: number
    name: string
    topic: string
    kind: chat.Kind
    archived: boolean
    /** of the room's latest change */
    seq: number
    /** 0 if the user is not a member */
    readSeq: number
    /** maxUnread means that many or more */
    unread: number
    /** unread messages that mention the user; maxUnread likewise */
    mentions: number
    lastMessage: chat.LastMessage | null
  }

  /** RoomActivity is the data of a room's updated event when a message was sent. It is enough for a list of rooms to count the message without a request. */
  interface RoomActivity {
    seq: number
    lastMessage: chat.LastMessage
    /** the users that the message mentions */
    mentioned: number[]
  }

  /** Typing is the data of typing: a user's state over all their connections. */
  interface Typing {
    userId: number
    roomId: number
    isTyping: boolean
    user: account.Profile
  }

  /** Visit is the data of userJoined and userLeft. */
  interface Visit {
    userId: number
    roomId: number
    user: account.Profile
  }
}

export namespace collab {
  /** Anchor is the range of text that a thread is about: two relative positions of Yjs, as JSON, which move with the text. The editor makes and reads them. */
  interface Anchor {
    start: any
    end: any
  }

  /** Collaborator is a connection that has the document open, by the Yjs client that it was given. */
  interface Collaborator {
    client: number
    /** the user's colour, as in Profile */
    hue: number
    user: account.Profile
  }

  /** Comment is one message of a thread. */
  interface Comment {
    id: number
    author: account.Profile
    text: string
    createdAt: string
  }

  /** Cursor is the body of cursorMoved. */
  interface Cursor {
    userId: number
    docId: number
    position: number
  }

  /** Document is a document as lists show it. */
  interface Document {
    id: number
    title: string
    visibility: collab.Visibility
    /** the reader's */
    role: collab.Role
    createdAt: string
    updatedAt: string
    updatedBy: account.Profile
    /** the beginning of the text */
    excerpt: string
    /** only deletions are accepted */
    full: boolean
    /** the visible users who have it open */
    here: account.Profile[]
  }

  /** Gone is the body of documentGone. */
  interface Gone {
    docId: number
    why: string
  }

  /** Joined is the answer to a join. */
  interface Joined extends collab.Whole {
    collaborators: collab.Collaborator[]
    channel?: number
    client: number
    epoch: number
    schema: number
  }

  /** Removed is the body of commentRemoved. */
  interface Removed {
    id: number
    docId: number
  }

  /** Rights is the body of documentRole. */
  interface Rights {
    docId: number
    role: collab.Role
  }

  /** Role is what a user may do with a document. */
  type Role = '' | 'viewer' | 'editor' | 'owner'

  /** Thread is a conversation about a part of the document. */
  interface Thread {
    id: number
    docId: number
    anchor: collab.Anchor
    /** the text that was selected */
    quote: string
    comments: collab.Comment[]
    resolvedAt: string | null
    resolvedBy: account.Profile | null
  }

  /** Updated is the body of documentUpdated. */
  interface Updated {
    docId: number
    content: string
    userId: number
    cursorPosition: number | null
    /** Unix milliseconds */
    timestamp: number
  }

  /** Version is a stored state of a document, without its content. */
  interface Version {
    id: number
    kind: string
    name: string
    authors: account.Profile[]
    createdAt: string
  }

  /** Visibility is which users may read without being a member. */
  type Visibility = 'private' | 'everyone'

  /** Visit is the body of collaboratorJoined and collaboratorLeft. */
  interface Visit {
    userId: number
    docId: number
    client: number
    hue: number
    user: account.Profile
  }

  /** Whole is a document with its text, one line for each paragraph. */
  interface Whole extends collab.Document {
    content: string
  }
}

export namespace dashboard {
  /** Board is the initial state of the System board. */
  interface Board {
    /** seconds between two samples */
    step: number
    history: dashboard.Sample[]
  }

  /** CounterValue is the counter, and the body of counterUpdated. */
  interface CounterValue {
    count: number
  }

  /** Dropped is the number of frames that did not fit into a queue, by delivery class. */
  interface Dropped {
    log: number
    state: number
    volatile: number
  }

  /** Order is an order as every signed-in user sees it. */
  interface Order {
    id: number
    customer: string
    product: dashboard.ProductRef
    quantity: number
    amount: string
    status: dashboard.Status
    createdAt: string
    updatedAt: string
  }

  /** Point is one step of a series, as in statsUpdated. */
  interface Point {
    /** seconds; identifies the series */
    step: number
    at: string
    orders: number
    revenue: string
  }

  /** Pool is the number of database connections. */
  interface Pool {
    busy: number
    open: number
    limit: number
  }

  /** Product is something that can be ordered. */
  interface Product {
    id: number
    name: string
    description: string
    price: string
    createdAt: string
    updatedAt: string
  }

  /** ProductRef is the product of an order. */
  interface ProductRef {
    id: number
    name: string
  }

  /** Progress is the part of an order that an update changes. */
  interface Progress {
    status: dashboard.Status
    /** nil in previous */
    updatedAt?: string
  }

  /** Range is the period that the charts show. */
  type Range = '15m' | '1h' | '24h'

  /** Rate is the number of orders in the last minute, and how much more that is, in per cent, than the average of the 15 minutes before. */
  interface Rate {
    perMinute: number
    /** nil if there were none before */
    delta: number | null
  }

  /** Sales is what was sold of one product. */
  interface Sales {
    product: dashboard.ProductRef
    orders: number
    revenue: string
  }

  /** Sample is one second on the System board. */
  interface Sample {
    at: string
    node: string
    nodes: number
    connections: number
    rooms: number
    /** a second */
    eventsIn: number
    /** a second */
    eventsOut: number
    /** a second */
    requests: number
    queued: number
    deepest: number
    /** since the start */
    dropped: dashboard.Dropped
    /** since the start */
    slowCloses: number
    /** milliseconds of a broadcast of the last minute; nil: there was none */
    p50: number | null
    p99: number | null
    goroutines: number
    /** bytes */
    heap: number
    pool: dashboard.Pool
  }

  /** Series has the orders and the revenue of each step of a range. An order counts when it was placed, its revenue when it was completed. */
  interface Series {
    range: dashboard.Range
    /** seconds */
    step: number
    /** when the first step begins */
    from: string
    orders: number[]
    revenue: string[]
    /** Known is the index of the first step with data. Earlier steps are from before the first order; charts have a gap there. It is the number of steps if there is no data. */
    known: number
    /** Before is the orders of the range before this one, for comparison. */
    before: number[]
    beforeKnown: number
    /** the best-selling ones of the range, the most orders first */
    products: dashboard.Sales[]
    /** of the stats, read before the series */
    version: number
  }

  /** Simulator is the configuration of the simulator. */
  interface Simulator {
    /** orders per second, at the busiest hour */
    rate: number
  }

  /** Snapshot is the initial state of a dashboard. */
  interface Snapshot {
    /** the newest first */
    orders: dashboard.Order[]
    stats: dashboard.Stats
    rate: dashboard.Rate
    series: dashboard.Series
    /** nil without a demo */
    simulator: dashboard.Simulator | null
  }

  /** Stats are the tiles of the dashboard. */
  interface Stats {
    totalOrders: number
    pendingOrders: number
    /** of completed and shipped orders */
    revenue: string
    /** increases by one with every change of an order */
    version: number
    /** when they were read, by the database's clock */
    at: string
  }

  /** StatsUpdate is the body of statsUpdated: the stats, and the current values of those steps of the series that may have changed. A client whose version is lower than After has missed an update, and reads the series again. */
  interface StatsUpdate extends dashboard.Stats {
    after: number
    rate: dashboard.Rate
    points: dashboard.Point[]
  }

  /** Status is the state of an order. */
  type Status = 'pending' | 'completed' | 'shipped' | 'cancelled'
}

export namespace index {
  /** Kind is the kind of thing that an entry is about. */
  type Kind = 'product' | 'message' | 'document' | 'user' | 'room'
}

export namespace notify {
  /** Count is the body of notificationsAllRead, and the answer to subscribe. */
  interface Count {
    unreadCount: number
  }

  /** Notice is a notification as its user sees it. */
  interface Notice {
    id: number
    type: notify.Type
    title: string
    message: string
    /** the same as Message */
    body: string
    url: string
    /** includes the url */
    data: Record<string, any>
    read: boolean
    snoozedUntil: string | null
    createdAt: string
  }

  /** NoticeCount is the body of notificationRead and notificationRemoved. */
  interface NoticeCount {
    id: number
    unreadCount: number
  }

  /** NoticeEvent is the body of notification and notificationUpdated: the notification as data, and its fields except data at the top level as well. */
  interface NoticeEvent {
    /** created, updated, snoozed or woken */
    verb: string
    id: number
    unreadCount: number
    data: notify.Notice
    type: notify.Type
    title: string
    message: string
    body: string
    url: string
    read: boolean
    snoozedUntil: string | null
    createdAt: string
  }

  /** Type is the type of a notification. Users switch each type on and off. */
  type Type = 'mention' | 'direct' | 'reply' | 'reaction' | 'invite' | 'new-order' | 'search' | 'comment'
}

export namespace playground {
  /** Hello is the body of the event hello, and the answer to /say/hello. */
  interface Hello {
    /** of the connection */
    id: string
  }
}

export namespace presence {
  /** Arrival is the body of userOnline and userOffline. */
  interface Arrival {
    userId: number
    /** Unix milliseconds */
    timestamp: number
    user: account.Profile
  }

  /** Status is a user's availability. */
  type Status = 'online' | 'away' | 'busy' | 'invisible' | 'offline'

  /** Update is the body of presenceUpdated. */
  interface Update {
    userId: number
    status: presence.Status
    text: string
    lastSeenAt: string | null
    /** Unix milliseconds */
    lastSeen: number | null
  }
}

export namespace search {
  /** RemovedResult is the body of searchResultRemoved. */
  interface RemovedResult {
    kind: index.Kind
    id: number
    number: number | null
  }
}
