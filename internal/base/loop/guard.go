package loop

import (
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
)

// Guard catches panics. The zero Guard logs them to slog.Default and counts
// nothing. Its methods are safe for concurrent use.
type Guard struct {
	Log     *slog.Logger       // nil: slog.Default()
	OnPanic func(where string) // is called for each panic, to count it; nil: panics are not counted
}

// WithLog returns a guard that logs to log if g has no logger of its own.
func (g Guard) WithLog(log *slog.Logger) Guard {
	if g.Log == nil {
		g.Log = log
	}
	return g
}

// With returns the guard with attributes added to its log lines.
func (g Guard) With(args ...any) Guard {
	g.Log = g.Logger().With(args...)
	return g
}

// Do calls do. If do panics, the panic is logged with its stack, counted under
// where, a name such as "hub-left", and returned as an error. Otherwise Do returns
// nil.
func (g Guard) Do(where string, do func()) error {
	return g.Try(where, func() error {
		do()
		return nil
	})
}

// Try is Do for a function that may fail: without a panic it returns the
// function's error.
func (g Guard) Try(where string, do func() error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			g.report(where, cause)
			err = &panicError{where, cause}
		}
	}()
	return do()
}

// report logs and counts a panic. It is called while the goroutine panics, so the
// stack is that of the cause.
func (g Guard) report(where string, cause any) {
	g.Logger().Error("panic", "where", where, "error", fmt.Sprint(cause), "stack", string(debug.Stack()))
	if g.OnPanic != nil {
		g.OnPanic(where)
	}
}

// Logger returns the guard's logger; it is never nil.
func (g Guard) Logger() *slog.Logger {
	if g.Log == nil {
		return slog.Default()
	}
	return g.Log
}

// panicError is the error for a panic. It does not unwrap to the value of the
// panic: an error used as that value must not pass for an ordinary error, such as
// "not found".
type panicError struct {
	where string
	cause any
}

func (e *panicError) Error() string { return fmt.Sprintf("panic in %s: %v", e.where, e.cause) }

// Panicked reports whether the error, or one that it wraps, stands for a panic that
// a Guard has caught, logged and counted.
func Panicked(err error) bool {
	var caught *panicError
	return errors.As(err, &caught)
}
