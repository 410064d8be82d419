package loop_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/internal/base/loop"
)

// bench runs a loop in a bubble of testing/synctest, where time passes only while
// all goroutines are blocked, and records when the rounds begin.
type bench struct {
	began  time.Time
	rounds []time.Duration // since the start
	log    bytes.Buffer
	panics []string
	stop   func() // ends the loop and waits for it
}

// start starts the loop. do is called for each round with its number, from 1.
func start(t *testing.T, c loop.Config, do func(n int) error) *bench {
	b := &bench{began: time.Now()}
	c.Name = "test"
	c.Guard = loop.Guard{
		Log:     slog.New(slog.NewTextHandler(&b.log, nil)),
		OnPanic: func(where string) { b.panics = append(b.panics, where) },
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		loop.Run(ctx, c, func(context.Context) error {
			b.rounds = append(b.rounds, time.Since(b.began))
			return do(len(b.rounds))
		})
	}()
	b.stop = func() {
		cancel()
		<-done
	}
	return b
}

func (b *bench) wantRounds(t *testing.T, want ...time.Duration) {
	t.Helper()
	if !slices.Equal(b.rounds, want) {
		t.Errorf("rounds began at %v, want %v", b.rounds, want)
	}
}

// pauses returns the times between the starts of the rounds.
func (b *bench) pauses() (pauses []time.Duration) {
	for i := range b.rounds[1:] {
		pauses = append(pauses, b.rounds[i+1]-b.rounds[i])
	}
	return pauses
}

func succeed(int) error { return nil }

const second = time.Second

func TestLoopRunsOnceAPeriod(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, loop.Config{Period: 10 * second}, succeed)
		time.Sleep(35 * second)
		b.stop()
		b.wantRounds(t, 10*second, 20*second, 30*second)
	})
}

func TestLoopPeriodIncludesTheRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, loop.Config{Period: 10 * second, AtOnce: true}, func(int) error {
			time.Sleep(3 * second)
			return nil
		})
		time.Sleep(25 * second)
		b.stop()
		b.wantRounds(t, 0, 10*second, 20*second)
	})
}

func TestLoopWakesBeforeThePeriodIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wake := loop.NewWake()
		b := start(t, loop.Config{Period: 10 * second, Wake: wake}, succeed)
		time.Sleep(4 * second)
		wake.Signal()
		time.Sleep(11 * second)
		b.stop()
		b.wantRounds(t, 4*second, 14*second)
	})
}

func TestLoopWithoutPeriodWaitsForSignals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wake := loop.NewWake()
		b := start(t, loop.Config{Wake: wake}, succeed)
		time.Sleep(time.Hour)
		wake.Signal()
		time.Sleep(time.Hour)
		b.stop()
		b.wantRounds(t, time.Hour)
	})
}

func TestLoopCountsManySignalsAsOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wake := loop.NewWake()
		b := start(t, loop.Config{Wake: wake}, func(n int) error {
			if n == 1 { // the signals during a round start one more round
				for range 100 {
					wake.Signal()
				}
			}
			time.Sleep(second)
			return nil
		})
		for range 100 {
			wake.Signal()
		}
		time.Sleep(time.Minute)
		b.stop()
		b.wantRounds(t, 0, second)
	})
}

func TestLoopNextReplacesThePeriod(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := 2 * second
		b := start(t, loop.Config{
			Period: 10 * second, AtOnce: true,
			Next: func(context.Context) time.Duration { next++; return next },
		}, succeed)
		time.Sleep(5 * second)
		b.stop()
		b.wantRounds(t, 0, 2*second+1, 4*second+3)
	})
}

func TestLoopBackoffGrowsToItsBoundAndIsReset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wake := loop.NewWake()
		b := start(t, loop.Config{Wake: wake, AtOnce: true}, func(n int) error {
			wake.Signal() // must not shorten a pause
			if n != 10 {
				return errors.New("broken")
			}
			return nil
		})
		time.Sleep(time.Minute)
		b.stop()
		expected := 50 * time.Millisecond
		for i, pause := range b.pauses()[:9] {
			expected = min(2*expected, 2*second)
			if pause < expected/2 || pause > expected*3/2 {
				t.Errorf("pause %d took %v, want %v ± 50 %%", i+1, pause, expected)
			}
		}
		if after := b.pauses()[10]; b.pauses()[9] != 0 || after > 150*time.Millisecond {
			t.Errorf("after a success come %v and %v, want the signal's round at once and the first pause", b.pauses()[9], after)
		}
	})
}

func TestLoopLogsAFailureOnceWhileItLasts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, loop.Config{Period: second, AtOnce: true}, func(n int) error {
			switch {
			case n <= 20:
				return errors.New("the database is away")
			case n == 21:
				return errors.New("another failure")
			}
			return nil
		})
		time.Sleep(50 * second)
		b.stop()
		lines := strings.Split(strings.TrimSpace(b.log.String()), "\n")
		want := []string{
			`level=WARN msg="background loop failed, retrying" loop=test repeated=0 error="the database is away"`,
			`level=WARN msg="background loop failed, retrying" loop=test repeated=19 error="another failure"`,
			`level=INFO msg="background loop recovered" loop=test failures=21`,
		}
		if len(lines) != len(want) {
			t.Fatalf("%d lines, want %d:\n%s", len(lines), len(want), b.log.String())
		}
		for i, line := range lines {
			if !strings.HasSuffix(line, want[i]) {
				t.Errorf("line %d is\n%s\nwant\n%s", i, line, want[i])
			}
		}
	})
}

func TestLoopLogsAContinuingFailureOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, loop.Config{Period: second, AtOnce: true}, func(int) error { return errors.New("broken") })
		time.Sleep(3*time.Minute + 30*second)
		b.stop()
		if lines := strings.Count(b.log.String(), "error=broken"); lines < 3 || lines > 4 {
			t.Errorf("%d lines in three and a half minutes:\n%s", lines, b.log.String())
		}
	})
}

func TestLoopContinuesAfterPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, loop.Config{Period: 10 * second}, func(n int) error {
			if n <= 2 {
				poison(n)
			}
			return nil
		})
		time.Sleep(25 * second)
		b.stop()
		if len(b.rounds) < 4 || b.rounds[0] != 10*second || b.rounds[1] > 10*second+150*time.Millisecond {
			t.Errorf("rounds began at %v, want a retry soon after the first and then one a period", b.rounds)
		}
		if !slices.Equal(b.panics, []string{"test", "test"}) {
			t.Errorf("counted the panics of %v", b.panics)
		}
		if log := b.log.String(); strings.Count(log, "poison") < 2 || !strings.Contains(log, "recovered") {
			t.Errorf("the log lacks a stack or the recovery:\n%s", log)
		}
	})
}

// poison panics; its name appears in the stack.
func poison(n int) {
	var none []int
	_ = none[n]
}

func TestLoopCatchesAPanicOfNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, loop.Config{Period: second, Next: func(context.Context) time.Duration { panic("next") }}, succeed)
		time.Sleep(3 * second)
		b.stop()
		if len(b.rounds) < 2 || len(b.panics) != len(b.rounds) {
			t.Errorf("%d rounds and %d panics", len(b.rounds), len(b.panics))
		}
	})
}

func TestLoopStopsAfterItsRoundWithoutLoggingItsError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := false
		b := start(t, loop.Config{AtOnce: true, Period: second}, func(int) error {
			time.Sleep(second)
			ended = true
			return context.Canceled
		})
		synctest.Wait() // until the round is running
		b.stop()
		if !ended || len(b.rounds) != 1 || b.log.Len() > 0 {
			t.Errorf("ended %v after %d rounds, and logged %q", ended, len(b.rounds), b.log.String())
		}
	})
}

func TestLoopStopsWhileItWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, do := range []func(int) error{succeed, func(int) error { return errors.New("broken") }} {
			b := start(t, loop.Config{AtOnce: true, Period: time.Hour}, do)
			synctest.Wait()
			b.stop()
			b.wantRounds(t, 0)
		}
	})
}

func TestGuardTurnsAPanicIntoAnError(t *testing.T) {
	var log bytes.Buffer
	counted := ""
	g := loop.Guard{Log: slog.New(slog.NewTextHandler(&log, nil)), OnPanic: func(where string) { counted += where }}
	err := g.Do("here", func() { poison(3) })
	if !loop.Panicked(err) || counted != "here" {
		t.Errorf("the error is %v, counted was %q", err, counted)
	}
	for _, part := range []string{"level=ERROR", "where=here", "index out of range", "loop_test.poison"} {
		if !strings.Contains(log.String(), part) {
			t.Errorf("the log lacks %q:\n%s", part, log.String())
		}
	}
}

func TestGuardPassesErrorsOn(t *testing.T) {
	broken := errors.New("broken")
	g := loop.Guard{OnPanic: func(string) { t.Error("counted a panic") }}
	if err := g.Try("here", func() error { return broken }); err != broken || loop.Panicked(err) {
		t.Errorf("the error is %v", err)
	}
	if err := g.Do("here", func() {}); err != nil {
		t.Errorf("the error is %v", err)
	}
}

func TestGuardDoesNotUnwrapThePanicsCause(t *testing.T) {
	cause := errors.New("not found")
	err := loop.Guard{Log: slog.New(slog.DiscardHandler)}.Try("here", func() error { panic(cause) })
	if errors.Is(err, cause) {
		t.Error("the error of a panic unwraps to the panic's value")
	}
}
