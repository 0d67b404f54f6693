/** A policy document as people write them, of about 60 lines; `salt` makes one differ from another. */
export function orderPolicies(salt: string): string {
  return `<policies>
  <inbound>
    <base />
    <!-- ${salt} -->
    <cors allow-credentials="false">
      <allowed-origins>
        <origin>https://shop.contoso.com</origin>
      </allowed-origins>
      <allowed-methods>
        <method>GET</method>
        <method>POST</method>
      </allowed-methods>
    </cors>
    <validate-jwt header-name="Authorization" failed-validation-httpcode="401" failed-validation-error-message="Unauthorized.">
      <openid-config url="https://login.microsoftonline.com/tenant-1/.well-known/openid-configuration" />
      <audiences>
        <audience>api://orders</audience>
      </audiences>
      <required-claims>
        <claim name="roles" match="any">
          <value>Orders.Read</value>
        </claim>
      </required-claims>
    </validate-jwt>
    <rate-limit-by-key calls="100" renewal-period="60" counter-key="@(context.Subscription?.Id ?? context.Request.IpAddress)" />
    <set-variable name="requestId" value="@(context.RequestId.ToString("N"))" />
    <set-variable name="isJson" value="@(context.Request.Headers.GetValueOrDefault("Content-Type", "").StartsWith("application/json"))" />
    <set-variable name="credit" value="@{
      var text = context.Request.Headers.GetValueOrDefault("x-credit", "0");
      int credit;
      if (!int.TryParse(text, out credit))
      {
        return -1;
      }
      return Math.Max(credit - 1, 0);
    }" />
    <set-header name="x-request-id" exists-action="override">
      <value>@((string)context.Variables["requestId"])</value>
    </set-header>
    <set-query-parameter name="source" exists-action="override">
      <value>gateway</value>
    </set-query-parameter>
    <choose>
      <when condition="@((int)context.Variables["credit"] > 0 && (bool)context.Variables["isJson"])">
        <set-body>@{
          var order = context.Request.Body.As<JObject>(preserveContent: true);
          order["total"] = order["lines"].Sum(line => (int)line["quantity"] * (int)line["price"]);
          return order.ToString();
        }</set-body>
      </when>
      <otherwise>
        <return-response>
          <set-status code="429" reason="Too Many Requests" />
          <set-body>@($"No credit for {context.Request.Method} {context.Request.OriginalUrl.Path}")</set-body>
        </return-response>
      </otherwise>
    </choose>
  </inbound>
  <backend><base /></backend>
  <outbound><base /></outbound>
  <on-error><base /></on-error>
</policies>`
}
