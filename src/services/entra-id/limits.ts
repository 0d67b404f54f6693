const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** https://learn.microsoft.com/entra/identity-platform/access-tokens#token-lifetime */
export const accessTokenLifeMs = hourMs

/** Tokens of managed identities are valid for a day: their callers keep them as long. */
export const managedIdentityTokenLifeMs = dayMs

/** Tokens of managed identities that are handed out again; the oldest is forgotten first. */
export const rememberedTokenCountMax = 1_000

/** Tokens are valid from before their issue, so that a receiver whose clock lags accepts them. */
export const tokenBackdatingMs = 5 * minuteMs

/** https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow */
export const authorizationCodeLifeMs = 10 * minuteMs

/** https://learn.microsoft.com/entra/identity-platform/refresh-tokens#token-lifetime */
export const refreshTokenLifeMs = 90 * dayMs

/** In a single-page application a refresh token ends a day after the sign-in, however often it is renewed. */
export const singlePageRefreshTokenLifeMs = dayMs

/** https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code */
export const deviceCodeLifeMs = 15 * minuteMs
export const devicePollIntervalMs = 5_000

/** How long an opened sign-in page can be answered. */
export const signInPageLifeMs = 30 * minuteMs

/** A sign-in holds for a day in a browser: https://learn.microsoft.com/entra/identity/authentication/concepts-azure-multi-factor-authentication-prompts-session-lifetime */
export const browserSessionLifeMs = dayMs

/** People who are signed in in one browser; the one who signed in first is forgotten. */
export const sessionUserCountMax = 10

/** A signing key is used for so long, then its successor. */
export const signingKeyLifeMs = 30 * dayMs

/** A new key is published before it is used, so that whoever caches the key set knows it in time. */
export const signingKeyAheadMs = 2 * dayMs

/** A key stays published after its last token has expired. */
export const signingKeyOverlapMs = 2 * dayMs

/** How often the keys are looked at. */
export const signingKeyCheckMs = hourMs

/** A request to the token endpoint is a short form; assertions are the longest part of it. */
export const requestBytesMax = 256 * 1024

/** https://learn.microsoft.com/entra/identity-platform/reference-app-manifest */
export const applicationCountMax = 1_000
export const secretCountMax = 50
export const userCountMax = 10_000
export const groupCountMax = 1_000

/** Device codes that wait for a person; more are refused. */
export const pendingSignInCountMax = 1_000

/** An assertion of a client may be valid for so long at most. */
export const clientAssertionLifeMs = dayMs

/** A secret of an app registration lives two years unless its maker says otherwise. */
export const secretLifeMs = 730 * dayMs

/** https://learn.microsoft.com/entra/identity-platform/reply-url */
export const redirectUriCountMax = 256

/** The user list of the sign-in page ends here. */
export const signInUserCountMax = 100
