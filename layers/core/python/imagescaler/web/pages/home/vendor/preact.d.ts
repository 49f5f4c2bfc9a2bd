// The types of preact.js, which is htm's bundle of Preact.
export { Component, h, html, render } from "htm/preact";
export * from "preact/hooks";
