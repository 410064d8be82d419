// Package emoji decides what one emoji is, for reactions to messages: a string of the
// list in emoji-test.txt of the Unicode standard (UTS 51), version 18.0.
//
// An emoji is often several code points: a skin tone follows a hand, two letters make
// a flag, joiners make a family. Is (emoji.go) looks the whole string up in a table
// (table.go), so that "👍🏽" is one emoji, and "👍👍", "🏽" after a letter or two
// letters of no country are none. The list also has each emoji without the variation
// selectors (U+FE0F) that some keyboards leave out. The strings are not normalised: with
// and without them are two reactions.
//
// The table is generated: `make emoji` writes it from the npm package
// emoji-test-regex-pattern in package.json. For a new version of Unicode update that
// package and the path in the Makefile, and name the version above.
package emoji
