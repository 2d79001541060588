"""The GraphQL documents sent to Shopify, checked against its published schema by a contract test.

API version 2026-10; every document is also valid on 2026-01, 2026-04 and 2026-07. Connections carry
`pageInfo` at every level: what does not fit a page is read again, never left out.
Source: shopify.dev/docs/api/admin-graphql/2026-10.
"""

from __future__ import annotations

from typing import Final

from aura.connectors.versions import SHOPIFY_VERSION

API_VERSION: Final = SHOPIFY_VERSION

SHOP: Final = """
query Shop {
  shop {
    name
    myshopifyDomain
    ianaTimezone
    currencyCode
  }
}
"""

_SALE: Final = """
fragment sale on Sale {
  id
  actionType
  lineType
  totalAmount { shopMoney { amount currencyCode } }
  totalTaxAmount { shopMoney { amount currencyCode } }
  totalDiscountAmountBeforeTaxes { shopMoney { amount currencyCode } }
}
"""

_VISIT: Final = """
fragment visit on CustomerVisit {
  source
  utmParameters { source medium campaign }
}
"""

ORDERS: Final = (
    """
query Orders(
  $first: Int!
  $after: String
  $query: String!
  $sortKey: OrderSortKeys!
  $agreements: Int!
  $sales: Int!
) {
  orders(first: $first, after: $after, query: $query, sortKey: $sortKey) {
    nodes {
      id
      name
      processedAt
      updatedAt
      cancelledAt
      test
      currencyCode
      email
      customer { id }
      customerJourneySummary {
        ready
        firstVisit { ...visit }
        lastVisit { ...visit }
      }
      agreements(first: $agreements) {
        nodes {
          id
          happenedAt
          reason
          sales(first: $sales) {
            nodes { ...sale }
            pageInfo { hasNextPage endCursor }
          }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""
    + _SALE
    + _VISIT
)

# One agreement at a time, so that both the agreement and its sales have a cursor of their own.
ORDER_AGREEMENT: Final = (
    """
query OrderAgreement($id: ID!, $after: String, $sales: Int!, $salesAfter: String) {
  order(id: $id) {
    id
    agreements(first: 1, after: $after) {
      nodes {
        id
        happenedAt
        reason
        sales(first: $sales, after: $salesAfter) {
          nodes { ...sale }
          pageInfo { hasNextPage endCursor }
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""
    + _SALE
)

APP_UNINSTALL: Final = """
mutation AppUninstall {
  appUninstall {
    userErrors { code message }
  }
}
"""

DOCUMENTS: Final[dict[str, str]] = {
    "shop": SHOP,
    "orders": ORDERS,
    "order_agreement": ORDER_AGREEMENT,
    "app_uninstall": APP_UNINSTALL,
}
