<?xml version="1.0" encoding="utf-8"?>
<!-- What an order needs of a booking: who flies, on which flight, and what was paid. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:output method="xml" omit-xml-declaration="yes" />

  <xsl:template match="/booking">
    <transformedBooking>
      <bookingId><xsl:value-of select="bookingId" /></bookingId>
      <passengerNames>
        <xsl:apply-templates select="passengers" />
      </passengerNames>
      <xsl:apply-templates select="flight" />
      <xsl:apply-templates select="payment" />
    </transformedBooking>
  </xsl:template>

  <xsl:template match="passengers">
    <name><xsl:value-of select="concat(firstName, ' ', lastName)" /></name>
  </xsl:template>

  <xsl:template match="flight">
    <flightDetails>
      <flightNumber><xsl:value-of select="flightNumber" /></flightNumber>
      <departure><xsl:value-of select="origin" /></departure>
      <arrival><xsl:value-of select="destination" /></arrival>
      <departureDate><xsl:value-of select="departureDate" /></departureDate>
    </flightDetails>
  </xsl:template>

  <xsl:template match="payment">
    <payment>
      <cardType><xsl:value-of select="cardType" /></cardType>
      <amountPaid><xsl:value-of select="totalPrice" /></amountPaid>
    </payment>
  </xsl:template>
</xsl:stylesheet>
