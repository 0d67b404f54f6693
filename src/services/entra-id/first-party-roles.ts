/**
 * The application permissions of Microsoft Graph that templates look up by name, with their ids in Azure.
 * https://learn.microsoft.com/graph/permissions-reference
 */
const graphRoles: Readonly<Record<string, string>> = {
  'Application.Read.All': '9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30',
  'Application.ReadWrite.All': '1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9',
  'Calendars.Read': '798ee544-9d2d-430c-a058-570e29e34338',
  'Calendars.ReadWrite': 'ef54d2bf-783f-4e0f-bca1-3210c0444d99',
  'Channel.Create': 'f3a65bd4-b703-46df-8f7e-0174fea562aa',
  'Channel.Delete.All': '6a118a39-1227-45d4-af0c-ea7b40d210bc',
  'Channel.ReadBasic.All': '59a6b24b-4225-4393-8165-ebaec5f55d7a',
  'ChannelMember.Read.All': '3b55498e-47ec-484f-8136-9013221c06a9',
  'ChannelMember.ReadWrite.All': '35930dcf-aceb-4bd1-b99a-8ffed403c974',
  'ChannelMessage.Read.All': '7b2449af-6ccd-4f4d-9f78-e550c193f0d1',
  'Chat.Create': 'd9c48af6-9ad9-47ad-82c3-63757137b9af',
  'Chat.Read.All': '6b7d71aa-70aa-4810-a8d9-5d9fb2830017',
  'Chat.ReadWrite.All': '294ce7c9-31ba-490a-ad7d-97a7d075e4ed',
  'Directory.Read.All': '7ab1d382-f21e-4acd-a863-ba3e13f7da61',
  'Directory.ReadWrite.All': '19dbc75e-c2e2-444c-a770-ec69d8559fc7',
  'Files.Read.All': '01d4889c-1287-42c6-ac1f-5d1e02578ef6',
  'Files.ReadWrite.All': '75359482-378d-4052-8f01-80520e7db3cd',
  'Group.Create': 'bf7b1a76-6e77-406b-b258-bf5c7720e98f',
  'Group.Read.All': '5b567255-7703-4780-807c-7be8301ae99b',
  'Group.ReadWrite.All': '62a82d76-70ea-41e2-9197-370581804d09',
  'GroupMember.Read.All': '98830695-27a2-44f7-8c18-0c3ebc9698f6',
  'GroupMember.ReadWrite.All': 'dbaae8cf-10b5-4b86-a4a1-f871c94c6695',
  'Mail.Read': '810c84a8-4a9e-49e6-bf7d-12d183f40d01',
  'Mail.ReadWrite': 'e2a3a72e-5f79-4c64-b1b1-878b674786c9',
  'Mail.Send': 'b633e1c5-b582-4048-a93e-9f11b44c7e96',
  'Sites.Read.All': '332a536c-c7ef-4017-ab91-336970924f0d',
  'Sites.ReadWrite.All': '9492366f-7969-46a4-8d15-ed1a20078fff',
  'Team.Create': '23fc2474-f741-46ce-8465-674744c5c361',
  'Team.ReadBasic.All': '2280dda6-0bfd-44ee-a2f4-cb867cfc4c1e',
  'TeamMember.Read.All': '660b7406-55f1-41ca-a0ed-0b035e182f3e',
  'TeamMember.ReadWrite.All': '0121dc95-1b9f-4aed-8bac-58c5ac466691',
  'Teamwork.Migrate.All': 'dfb0dd15-61de-45b2-be36-d6a69fba3c79',
  'User.Read.All': 'df021288-bdef-4463-88db-98f22de89214',
  'User.ReadWrite.All': '741f803b-c850-494e-b5df-cde7c675a1ca',
}

/** The delegated permissions of Microsoft Graph, likewise. */
const graphScopes: Readonly<Record<string, string>> = {
  'Calendars.ReadWrite': '1ec239c2-d7c9-4623-a91a-a9775856bb36',
  'Channel.ReadBasic.All': '9d8982ae-4365-4f57-95e9-d6032a4c0b87',
  'ChannelMember.Read.All': '2eadaff8-0bce-4198-a6b9-2cfc35a30075',
  'ChannelMember.ReadWrite.All': '0c3e411a-ce45-4cd1-8f30-f99a3efa7b11',
  'ChannelMessage.Read.All': '767156cb-16ae-4d10-8f8b-41b657c8c8c8',
  'ChannelMessage.Send': 'ebf0f66e-9fb1-49e4-a278-222f76911cf4',
  'Chat.ReadWrite': '9ff7295e-131b-4d94-90e1-69fde507ac11',
  'Mail.Read': '570282fd-fa5c-430d-a7fd-fc8dc98a9dca',
  'Mail.Send': 'e383f46e-2787-4529-855e-0e479a3ffac0',
  'Team.ReadBasic.All': '485be79e-c497-4b35-9400-0e3fa7f2a5d4',
  'User.Read': 'e1fe6dd8-ba31-4d61-89e7-88639da4683d',
  'User.ReadBasic.All': 'b340eb25-3456-403f-be2f-af7a0d370277',
  email: '64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0',
  offline_access: '7427e0e9-2fba-42fe-b0c0-848c9e6a8182',
  openid: '37f7f235-527c-4136-accd-4a02d197296e',
  profile: '14dad69e-099b-42c9-810b-d002981feec1',
}

const graphAppId = '00000003-0000-0000-c000-000000000000'

interface Permission {
  readonly id: string
  readonly value: string
}

/** The roles of a service of Microsoft that are known here; none for most. */
export function firstPartyRoles(appId: string): readonly Permission[] {
  return appId === graphAppId ? permissionsOf(graphRoles) : []
}

/** The delegated permissions of a service of Microsoft that are known here; none for most. */
export function firstPartyScopes(appId: string): readonly Permission[] {
  return appId === graphAppId ? permissionsOf(graphScopes) : []
}

function permissionsOf(ids: Readonly<Record<string, string>>): readonly Permission[] {
  return Object.entries(ids).map(([value, id]) => ({ id, value }))
}
