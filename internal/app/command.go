package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"hubbub/internal/base/postgres"
	"hubbub/internal/base/postgres/embedded"
)

const usage = `usage: hubbub                      run
       hubbub healthcheck          exit with 0 if the running instance is ready (for containers)
       hubbub migrate force N      set the database's migration to N, after a failed one was repaired by hand`

// Main is the main function of the program: it runs the command that the arguments
// name until it ends or the process gets SIGINT or SIGTERM, and returns the exit
// status. A second signal ends the process at once.
func Main(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	if err := command(ctx, args); err != nil {
		fmt.Fprintln(os.Stderr, "hubbub:", err)
		return 1
	}
	return 0
}

// command runs the command that the arguments name; without arguments, the app.
func command(ctx context.Context, args []string) error {
	config, err := readConfig(os.Getenv)
	if err != nil {
		return err
	}
	switch {
	case len(args) == 0:
		return run(ctx, config)
	case len(args) == 1 && args[0] == "healthcheck":
		return healthcheck(ctx, config)
	case len(args) == 3 && args[0] == "migrate" && args[1] == "force":
		return forceMigration(ctx, config, args[2])
	default:
		return errors.New(usage)
	}
}

// run serves until ctx ends or a server fails, and then closes the app.
func run(ctx context.Context, config Config) error {
	limitMemory(config.Log)
	app, err := Start(ctx, config)
	if err != nil {
		return err
	}
	app.greet()
	select {
	case <-ctx.Done():
	case err = <-app.Failed():
	}
	app.Close()
	return err
}

// greet prints the URL of the app for people; with LOG_FORMAT=json it writes a log
// line instead.
func (a *App) greet() {
	if a.config.LogJSON {
		a.config.Log.Info("Hubbub is ready", "url", a.URL(), "address", a.Addr())
		return
	}
	fmt.Printf("\n%s\n", a.greeting())
}

func (a *App) greeting() string {
	text := "  Hubbub is at " + a.URL() + "\n"
	if a.config.Demo {
		text += "  Open it in two browsers, sign in as someone else in each, and chat.\n"
	}
	if a.listener.Addr().(*net.TCPAddr).IP.IsLoopback() {
		text += "  Only this machine can reach it. Set ADDR=:8080 to open it to the network.\n"
	}
	return text
}

func healthcheck(ctx context.Context, config Config) error {
	_, port, err := net.SplitHostPort(config.Addr)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort("127.0.0.1", port)+"/readyz", nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("readyz answers %s", response.Status)
	}
	return nil
}

func forceMigration(ctx context.Context, config Config, version string) error {
	n, err := strconv.Atoi(version)
	if err != nil {
		return errors.New(usage)
	}
	if config.DatabaseURL != "" {
		return postgres.Force(ctx, config.DatabaseURL, n)
	}
	server, err := embedded.Start(ctx, embedded.Config{Dir: config.DataDir, Log: config.Log})
	if err != nil {
		return err
	}
	return errors.Join(postgres.Force(ctx, server.URL(embedded.Name), n), server.Stop())
}
