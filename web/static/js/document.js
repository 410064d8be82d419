// @ts-check
// A document's page: the head above the paper, and what stands beside it.
import './document/title.js'
