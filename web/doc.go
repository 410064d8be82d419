// Package web has what all pages share: the frame around a page, the components
// it is made of, the stylesheets, and the server of static files.
//
// # The path of a page
//
//  1. A feature's pages.go gets a [Page] from the app (internal/app/shell.go: Page),
//     with the viewer, the navigation and the sections of the sidebar, and adds
//     its title and scripts.
//  2. [Page.Framed] (page.go) puts the feature's component into [Frame]
//     (frame.templ). A page for guests uses [Bare] instead.
//  3. Frame renders the sidebar (sidebar.templ: sidebar), the top bar
//     (topbar.templ: topbar), the main panel with the component, and what opens
//     over the page: wire (wire.templ), accountMenu (topbar.templ) and palette
//     (palette.templ). The head, the scripts and the live regions are in
//     head.templ: document.
//  4. Components have typed props and no state. They write times in the zone of
//     the context (zone.go: [WithZone], [Zone]).
//  5. The page is complete without script: it can be read, and its forms work.
//     The scripts, from static/core/index.js on, find elements by data- attributes.
//
// # Static files
//
// Everything in static/ is embedded in the binary: static/core is for all pages, each
// feature has a folder of its own. When the first App starts, the stylesheets are
// joined (assets.go: addStylesheets) and the scripts are bundled (scripts.go:
// addScripts): each entry that pages name in [Page.Scripts] becomes a file, and what
// several of them import becomes chunks. [Asset] returns a file's address, which
// includes one hash over all files: browsers keep a file permanently, and a new build
// has new addresses. [Handler] (handler.go) serves the files compressed. js/socket.js,
// sw.js and the pictures of the service worker have a stable address as well.
//
// # What scripts find in a page
//
//   - body: data-user-id, data-user-name, data-handle, data-hue of the viewer.
//   - data-palette="Heading" on a link or button: the palette lists it under
//     that heading, and clicks it when it is chosen.
//   - data-toggle-wire, data-theme-set, data-try-now, data-connection,
//     data-offline-banner, data-bind="rtt": the frame's live parts.
//   - data-person="7" on every avatar of user 7.
//   - data-time="ago|clock|day|seen|until" on a time element: the style of its
//     text.
//   - template#toast, and the live regions [data-announce=polite|assertive].
//
// # Rules
//
// Pages are served with [ContentSecurityPolicy]: no style attribute, no on…
// attribute, no inline script; a test searches every template for them.
// Colours, sizes and durations are defined once, in static/core/01-tokens.css,
// and a test computes their contrast. `make templ` generates Go
// code from the templates; it is committed.
package web
