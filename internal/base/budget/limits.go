package budget

import "time"

// Limit is the budget of one parse. Time is wall-clock time, so it is generous: a
// busy machine must not refuse what an idle one accepts.
type Limit struct {
	Bytes int // of the input
	Nodes int // made of the input
	Time  time.Duration
}

// The limits of Markdown.
var (
	// ChatMarkdown is for chat messages. A message has at most 2,000 code points of
	// up to 4 bytes, and a code point begins at most two nodes. The slowest message
	// known takes 20 ms.
	ChatMarkdown = Limit{Bytes: 4 * 2000, Nodes: 2*2000 + 1000, Time: time.Second}

	// DocumentMarkdown is for imported documents. A chapter of a book has 100 KiB
	// and 10,000 nodes, and is parsed in 10 ms. A cell of a table counts three
	// times: before it is built, when it is built, and for its text.
	DocumentMarkdown = Limit{Bytes: 200 << 10, Nodes: 3 * MaxCells, Time: 3 * time.Second}
)

// MaxCells is the largest number of cells in all tables of one imported document:
// 200 rows of 100 columns. Markdown fills each row up to the width of the table's
// header, so the number of cells grows with the square of the bytes.
const MaxCells = 20_000

// ChatCode is for highlighting all code blocks of one message. A screen of code
// takes 1 to 5 ms. When the time is up, the remaining blocks get no colours.
var ChatCode = Limit{Bytes: ChatMarkdown.Bytes, Time: 250 * time.Millisecond}

// The limits of stored documents. The codec of Yjs counts steps and structs
// itself: yjs.DefaultBudget, yjs.MaxStructs, yjs.MaxNesting.
var (
	// DocumentState is for reading a stored document. A document is full at 10 MiB,
	// and its log may hold as much again until the next compaction. A larger one is
	// kept and can be deleted, but is not read.
	DocumentState = Limit{Bytes: 24 << 20}

	// DocumentPage is for the part of a document that a page shows before its editor
	// starts, and for comparing two versions: a hundred printed pages, 2 MB of HTML
	// at most. Bytes are those of texts, attributes and marks.
	DocumentPage = Limit{Bytes: 512 << 10, Nodes: 20_000}

	// DocumentExport is for whole documents as Markdown or HTML.
	DocumentExport = Limit{Bytes: 10 << 20, Nodes: 200_000}
)

// SearchQuery is for search queries. Users type up to a dozen words; each word is
// a lookup in an index. Nodes are words and phrases; further ones are ignored.
var SearchQuery = Limit{Nodes: 32}

// SearchText is for texts that are indexed. Postgres refuses a tsvector of 1 MiB,
// and ignores positions over 16,383 in ranking. Nodes are words; Bytes limits both
// the words and the stored text. The rest of a longer text is not found.
var SearchText = Limit{Bytes: 512 << 10, Nodes: 10_000}
