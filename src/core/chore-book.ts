/**
 * The counters of how often each chore has failed, by its name: who does them and who is scraped may be two processes.
 */
export const CHORE_BOOK = 'chores:failures'
