// Package guides keeps our word to the readers of the guides: their client
// code, put as it stands into a page that has /js/socket.js on it, works.
//
// text/ holds the guides. A story takes a component's code from there, has
// esbuild compile it with what the guide leaves to its reader (stage/: the
// list, the input, who is signed in), mounts it in two people's pages and lets
// them talk. The pages may be any of the app's, by somebody signed in.
package guides
