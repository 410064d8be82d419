// Package action is the framework of every action: it reads the input, and
// answers with data, a fragment of HTML, or a problem document.
//
// An action is an Echo handler under /api. It need not know whether it is called
// by HTTP or over the socket.
//
//  1. Bind (bind.go) reads path parameters and the query (GET, DELETE, HEAD) or the
//     body (JSON or form) into one struct, by the names of its json tags. It
//     refuses names that the struct does not have, and calls the struct's Validate.
//  2. Answer (answer.go) writes the data as JSON. AnswerEither (answer.go) writes,
//     with Accept: text/html, the fragment that the page was made from.
//  3. ErrorHandler (answer.go) turns the error that the handler returned into a
//     problem document (RFC 9457), or into a page for a browser.
//
// Services do not import Echo: they get a context and values, and return faults.
package action
