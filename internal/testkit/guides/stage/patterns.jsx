// The guide leaves the input to its reader. Its two callbacks are what an input would call.
import React from 'react'
import { countJoins, mount } from './mount.js'

const remember = React.useCallback
React.useCallback = (fn, deps) => {
  const source = fn.toString()
  const callback = remember(fn, deps)
  if (source.includes('/api/chat/send')) guide.send = callback
  if (source.includes('/api/chat/typing')) guide.input = callback
  return callback
}

globalThis.guide = {
  joins: 0,
  mount(roomId) { guide.unmount = mount(<ChatRoom roomId={roomId} />) },
}
countJoins(io.socket)
