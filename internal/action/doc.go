// Package action is what every action uses: it reads the input, and answers
// data, a fragment of HTML, or a problem document.
//
// An action is an Echo handler under /api. It does not know whether it was
// called by HTTP or over the socket, unless it asks:
//
//  1. Bind reads path parameters, the query (GET, DELETE) or the body (JSON or
//     form) into one struct, by the names of its json tags, refuses names that
//     the struct does not have, and lets the struct validate itself.
//  2. Live hands over the connection behind a virtual request, and refuses a
//     plain one with 400 "WebSocket required".
//  3. Answer writes the data as JSON or, with Accept: text/html, the same thing
//     as the fragment that the page was made from.
//  4. Whatever error the handler returns becomes, in ErrorHandler, a problem
//     document (RFC 9457), or a page for somebody who came with a browser.
//
// Echo stays at this edge: services below see a context, values and faults.
package action
