// Package index is what features and the search have in common: the entries of the
// search index, and the interface by which features write them.
//
// A feature makes an Entry of each thing that can be found, and passes it to a Writer
// in the transaction of its change, so that the index always agrees with its tables.
// An entry has a scope: every user finds those of the scope Public, and only users who
// were granted another scope find those of it. After the commit the feature calls
// Changed. Package search implements Writer.
package index
