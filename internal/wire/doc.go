// Package wire is the grammar of the socket: frames, limits and close codes.
//
// A WebSocket text message holds one or more frames, each a JSON object,
// separated by "\n", in both directions:
//
//	request →  {"id":1,"method":"POST","url":"/api/chat/send","headers":{…},"data":{…}}
//	← reply    {"id":1,"status":200,"headers":{…},"data":…}   or "html":"…"
//	← event    {"event":"newMessage","room":"chat-3","data":{…},"html":"…"}
//
// # The life of a frame
//
//  1. Split cuts a message into frames. A newline never stands inside a frame:
//     JSON escapes it in strings, and what we encode has no other white space.
//  2. DecodeRequest reads a frame strictly. What it refuses is an *Invalid,
//     which keeps the id when one could be read, so that the client learns
//     which of its requests was wrong.
//  3. AppendReply and AppendEvent write the answers. Both only append bytes,
//     so that a caller can join several frames into one message.
//
// # Close codes
//
//	1002  CloseProtocol     it breaks the WebSocket protocol    mend the client
//	1003  CloseUnsupported  a binary message nobody asked for   don't send that again
//	1009  CloseTooBig       a message past its limit            don't send that again
//	1011  CloseInternal     an error in the server              reconnect and catch up
//	1012  CloseRestart      the server restarts                 reconnect after 0–5 s
//	4401  CloseSignedOut    signed out, expired or revoked      stop, keep drafts, sign in
//	4408  CloseTooSlow      the outbound queue overflowed       reconnect and catch up
//	4429  CloseFlooding     went on flooding after 429s         reconnect after 30 s
//
// The package is pure: it knows no connections, no HTTP and no clock, and
// imports the standard library only.
package wire
