package budget

import "time"

// Limit is what one parse may cost. Time is measured by the wall clock, so it is
// generous: a busy machine must not refuse what an idle one accepts.
type Limit struct {
	Bytes int // of the input
	Nodes int // that are made of it
	Time  time.Duration
}

// The limits of Markdown.
var (
	// ChatMarkdown: a message has 2,000 code points of up to 4 bytes, and no code
	// point begins more than two nodes. The worst message known takes 20 ms.
	ChatMarkdown = Limit{Bytes: 4 * 2000, Nodes: 2*2000 + 1000, Time: time.Second}

	// DocumentMarkdown: a book's chapter has 100 KiB and 10,000 nodes, and is
	// parsed in 10 ms. A cell counts three times: before it is built, and then it
	// and its text.
	DocumentMarkdown = Limit{Bytes: 200 << 10, Nodes: 3 * MaxCells, Time: 3 * time.Second}
)

// MaxCells are the cells of all tables of one imported document: 200 rows of 100
// columns. Markdown fills each row up to the width of the table's head, so that
// the cells grow with the square of the bytes.
const MaxCells = 20_000

// ChatCode is for the highlighting of all code blocks of one message. A screen of
// code takes 1 to 5 ms; past the time a block is shown without colours.
var ChatCode = Limit{Bytes: ChatMarkdown.Bytes, Time: 250 * time.Millisecond}

// The limits of stored documents. The codec of Yjs counts steps and structs
// itself: yjs.DefaultBudget, yjs.MaxStructs, yjs.MaxNesting.
var (
	// DocumentState: a document is full at 10 MiB, and has as much again in its
	// log until the next compaction. One that is larger keeps its bytes and can be
	// deleted, but they are not read.
	DocumentState = Limit{Bytes: 24 << 20}

	// DocumentPage is what a page shows of a document before its editor starts,
	// and what a comparison of two versions reads: a hundred printed pages, 2 MB of
	// HTML at most. Bytes are those of texts, attributes and marks.
	DocumentPage = Limit{Bytes: 512 << 10, Nodes: 20_000}

	// DocumentExport is for whole documents as Markdown or HTML.
	DocumentExport = Limit{Bytes: 10 << 20, Nodes: 200_000}
)

// SearchQuery: what people type has a dozen words; each is a lookup in an index.
// Nodes are words and phrases. What follows is left out.
var SearchQuery = Limit{Nodes: 32}

// SearchText: Postgres refuses a tsvector of 1 MiB, and ranks by no position past
// 16,383. Nodes are words, bytes are both those of the words and those of the text
// that is kept. What follows is not found.
var SearchText = Limit{Bytes: 512 << 10, Nodes: 10_000}
