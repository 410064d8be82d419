package embedded

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// hydrate creates the symbolic links between libraries that npm leaves out of its
// packages. pg-symlinks.json beside bin lists them; other installations have no such
// file.
func hydrate(bin string) error {
	native := filepath.Dir(bin)
	list, err := os.ReadFile(filepath.Join(native, "pg-symlinks.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the private Postgres' links: %w", err)
	}
	var links []struct{ Source, Target string } // relative to native's parent
	if err := json.Unmarshal(list, &links); err != nil {
		return fmt.Errorf("read the private Postgres' links: %w", err)
	}
	for _, link := range links {
		root := filepath.Dir(native)
		if err := symlink(filepath.Join(root, link.Source), filepath.Join(root, link.Target)); err != nil {
			return err
		}
	}
	return nil
}

func symlink(source, target string) error {
	relative, err := filepath.Rel(filepath.Dir(target), source)
	if err != nil {
		return err
	}
	if err := os.Symlink(relative, target); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("link the private Postgres' libraries: %w", err)
	}
	return nil
}
