package web

// EmptyProps describe a place with nothing in it: one sentence of what, one of
// why or what to do. The one action is its children.
type EmptyProps struct {
	Icon  string
	Tone  Tone
	Title string
	Body  string
	Level int // of the title as a heading; 2 when 0
}
