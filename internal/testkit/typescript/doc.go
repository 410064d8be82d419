// Package typescript declares Go types in TypeScript, so that a type checker can
// compare the scripts of pages with what the server sends.
//
// The declarations follow encoding/json: names are those of the json tags, a pointer may
// be null, and a field with omitempty may be missing. The constants of a string type
// become a union of their values. Comments are those of the Go source.
package typescript
