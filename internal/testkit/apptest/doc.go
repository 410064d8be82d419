// Package apptest starts Hubbub for end-to-end tests: the App that main starts, on a
// database of its own, at a free port.
//
//	app := apptest.Start(t)
//	sam, maya := app.As("sam"), app.As("maya")
//	room := app.Room(sam, "talk")
//	page := app.Open(maya, apptest.RoomPath(room))
//	app.Send(sam, room, "hi")
//	page.WantMessage("hi")
//
// The tests of a feature use it in an external package, such as chat_test: it imports the
// app, and the app imports the feature.
//
// # The parts
//
//   - App (app.go) is a running app; its methods do what tests of several features need,
//     by the app's own HTTP API: sign in (users.go), create rooms and send messages
//     (chat.go), place orders (dashboard.go), create documents (documents.go), and change
//     or read the database behind the app's back (database.go).
//   - Tab (tab.go) is a tab of a browser, with verbs for the parts of pages that several
//     tests use: the room (chat.go), the sidebar (presence.go), the bell (notify.go).
//   - Process (process.go) is an app in a process of its own, which a test can kill.
//
// What only the tests of one feature need is in the test files of that feature.
package apptest
