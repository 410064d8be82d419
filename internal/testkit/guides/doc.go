// Package guides tests that the client code of the Sails and Socket.IO guides works
// unchanged on a page that loads /js/socket.js.
//
// The guides are in text/. A test takes the code of a component from there (code in
// bundle.go), compiles it with esbuild together with the parts that the guide leaves to
// its reader (stage/: the list, the input, the signed-in user), mounts it in the pages of
// two users, and exchanges messages. The pages may be any pages of the app on which a
// user is signed in. The tests that call these functions are in guides_test.go and
// internal/app/guides_test.go.
package guides
