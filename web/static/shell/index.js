// @ts-check
// The entry module of every page with a viewer: what keeps the sidebar, the bell and the marks of presence live.
import '../core/index.js'
import '../chat/rooms.js'
import '../presence/index.js'
import '../notify/index.js'
import '../notify/push.js'
