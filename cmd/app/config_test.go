package main

import (
	"strings"
	"testing"
)

func TestConfiguration(t *testing.T) {
	t.Parallel()
	read := func(pairs ...string) (Config, error) {
		return readConfig(func(name string) string {
			for i := 0; i < len(pairs); i += 2 {
				if pairs[i] == name {
					return pairs[i+1]
				}
			}
			return ""
		})
	}
	if c, err := read(); err != nil || !c.Demo || c.Addr != ":8080" || c.RequestRate != 50 {
		t.Errorf("nothing set: %+v, %v", c, err)
	}
	if c, _ := read("DATABASE_URL", "postgres://db/hubbub"); c.Demo {
		t.Error("with a database of one's own the demo is on by itself")
	}
	for name, value := range map[string]string{
		"ADDR": "8080", "BASE_URL": "hubbub.example", "ALLOWED_ORIGINS": "https://a.example/path", "DEMO": "perhaps",
		"REQUEST_RATE": "-1", "CONNECTIONS_PER_ADDRESS": "many", "LOG_FORMAT": "xml",
	} {
		_, err := read(name, value)
		if err == nil || !strings.HasPrefix(err.Error(), name+" is ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s=%s: %v, want one line that names it", name, value, err)
		}
	}
}
