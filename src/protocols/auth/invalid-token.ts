/** Why a token is not accepted. */
export type TokenFault =
  | 'malformed'
  | 'type'
  | 'algorithm'
  | 'unsigned'
  | 'key'
  | 'signature'
  | 'expiry-missing'
  | 'expired'
  | 'not-yet-valid'
  | 'issuer'
  | 'audience'

/** A token is not accepted. The message never quotes the token: it may still be good elsewhere. */
export class InvalidToken extends Error {
  override readonly name = 'InvalidToken'
  readonly fault: TokenFault

  constructor(fault: TokenFault, message: string) {
    super(message)
    this.fault = fault
  }
}
