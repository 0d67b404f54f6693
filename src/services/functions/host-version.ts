/** The version of the real host whose behaviour this one follows. */
export const hostVersion = '4.1045.0'
