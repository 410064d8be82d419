package web

// EmptyProps describe an empty state: a title, and a sentence with the reason or
// what to do. Its one action is the children.
type EmptyProps struct {
	Icon  string
	Tone  Tone
	Title string
	Body  string
	Level int // of the title's heading; 0 is 2
}
