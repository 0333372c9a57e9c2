/** The widget as a visitor handles it: the page object that customers get with the conformance kit. */
export { Chat } from '@familiar/conformance';
