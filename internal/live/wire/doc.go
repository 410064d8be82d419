// Package wire defines the frames, limits and close codes of the socket.
//
// A WebSocket text message holds one or more frames, each a JSON object,
// separated by "\n", in both directions:
//
//	request →  {"id":1,"method":"POST","url":"/api/chat/send","headers":{…},"data":{…}}
//	← reply    {"id":1,"status":200,"headers":{…},"data":…}   or "html":"…"
//	← event    {"event":"newMessage","room":"chat-3","data":{…},"html":"…"}
//
// # The path of a frame
//
//  1. Split (request.go) splits a message into frames. A frame contains no
//     newline: JSON escapes newlines in strings, and the frames that the server
//     encodes have no white space between tokens.
//  2. DecodeRequest (request.go) decodes a request strictly. Its error is an
//     *Invalid, which has the request's id if that could be read, so that the
//     client learns which of its requests was wrong.
//  3. AppendReply and AppendEvent (answer.go) encode what the server sends. They
//     append to a slice, so that a caller can join several frames into one
//     message.
//
// # Close codes
//
//	code  name              meaning                             what the client does
//	1002  CloseProtocol     it breaks the WebSocket protocol    repair the client
//	1003  CloseUnsupported  no receiver for a binary message    do not send that again
//	1009  CloseTooBig       a message over its limit            do not send that again
//	1011  CloseInternal     an error in the server              reconnect and catch up
//	1012  CloseRestart      the server restarts                 reconnect after 0–5 s
//	4401  CloseSignedOut    signed out, expired or revoked      stop, keep drafts, sign in
//	4408  CloseTooSlow      the outbound queue overflowed       reconnect and catch up
//	4429  CloseFlooding     too many requests despite 429s      reconnect after 30 s
//
// # What it does not do
//
// The package has no state: it knows no connections, no HTTP and no clock, and
// imports the standard library only.
package wire
