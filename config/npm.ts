/** npm runs this process, as the script of that name: `start`, `work` … */
export const npmScript = process.env.npm_lifecycle_event
