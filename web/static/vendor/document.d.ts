export * from '../../vendor/document.js'
