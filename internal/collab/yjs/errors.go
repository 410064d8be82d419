package yjs

import "errors"

// The reasons why bytes are refused; compare with errors.Is.
var (
	ErrShort    = errors.New("yjs: the input ends too early")
	ErrTrailing = errors.New("yjs: bytes after the end")
	ErrRange    = errors.New("yjs: a number out of range")
	ErrEmpty    = errors.New("yjs: an empty struct, block or range")
	ErrTwice    = errors.New("yjs: the same client twice")
	ErrText     = errors.New("yjs: not UTF-8")
	ErrJSON     = errors.New("yjs: not JSON")
	ErrTag      = errors.New("yjs: an unknown kind of content")
	ErrDepth    = errors.New("yjs: nested too deeply")
	ErrGap      = errors.New("yjs: the update needs another one")
	ErrBudget   = errors.New("yjs: the document costs too much to build")
	ErrDiffers  = errors.New("yjs: the compacted document differs from the original")
	ErrLong     = errors.New("yjs: awareness is too long")
)
