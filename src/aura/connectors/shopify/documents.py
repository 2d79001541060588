"""The GraphQL documents sent to Shopify, checked against its published schema by a contract test.

API version 2026-10; every document is also valid on 2026-01, 2026-04 and 2026-07. Connections carry
`pageInfo` at every level: what does not fit a page is read again, never left out.
Source: shopify.dev/docs/api/admin-graphql/2026-10.
"""

from __future__ import annotations

import json
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

# What is read of an order, an agreement and a sale, whichever way they are read.
_ORDER_FIELDS: Final = """
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
  firstVisit { source utmParameters { source medium campaign } }
  lastVisit { source utmParameters { source medium campaign } }
}
"""

_AGREEMENT_FIELDS: Final = """
id
happenedAt
reason
"""

_SALE_FIELDS: Final = """
id
actionType
lineType
totalAmount { shopMoney { amount currencyCode } }
totalTaxAmount { shopMoney { amount currencyCode } }
totalDiscountAmountBeforeTaxes { shopMoney { amount currencyCode } }
"""

ORDERS: Final = f"""
query Orders(
  $first: Int!
  $after: String
  $query: String!
  $sortKey: OrderSortKeys!
  $agreements: Int!
  $sales: Int!
) {{
  orders(first: $first, after: $after, query: $query, sortKey: $sortKey) {{
    nodes {{
      {_ORDER_FIELDS}
      agreements(first: $agreements) {{
        nodes {{
          {_AGREEMENT_FIELDS}
          sales(first: $sales) {{
            nodes {{ {_SALE_FIELDS} }}
            pageInfo {{ hasNextPage endCursor }}
          }}
        }}
        pageInfo {{ hasNextPage endCursor }}
      }}
    }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""

# One agreement at a time, so that both the agreement and its sales have a cursor of their own.
ORDER_AGREEMENT: Final = f"""
query OrderAgreement($id: ID!, $after: String, $sales: Int!, $salesAfter: String) {{
  order(id: $id) {{
    id
    agreements(first: 1, after: $after) {{
      nodes {{
        {_AGREEMENT_FIELDS}
        sales(first: $sales, after: $salesAfter) {{
          nodes {{ {_SALE_FIELDS} }}
          pageInfo {{ hasNextPage endCursor }}
        }}
      }}
      pageInfo {{ hasNextPage endCursor }}
    }}
  }}
}}
"""


def bulk_orders(search: str) -> str:
    """The query of a bulk operation: every order of a search with all agreements and sales.

    Three connections, two of them nested: Shopify allows five and a depth of two. Pages are left to
    Shopify; every node has its `id`, which its children name.
    """
    return f"""
query BulkOrders {{
  orders(query: {json.dumps(search)}) {{
    edges {{
      node {{
        {_ORDER_FIELDS}
        agreements {{
          edges {{
            node {{
              {_AGREEMENT_FIELDS}
              sales {{ edges {{ node {{ {_SALE_FIELDS} }} }} }}
            }}
          }}
        }}
      }}
    }}
  }}
}}
"""


# The default of `groupObjects` has changed between versions, and grouping makes operations fail.
BULK_RUN: Final = """
mutation BulkRun($query: String!) {
  bulkOperationRunQuery(query: $query, groupObjects: false) {
    bulkOperation { id }
    userErrors { code field message }
  }
}
"""

BULK_OPERATION: Final = """
query BulkOperation($id: ID!) {
  bulkOperation(id: $id) {
    id
    status
    errorCode
    createdAt
    objectCount
    rootObjectCount
    fileSize
    url
  }
}
"""

BULK_RECENT: Final = """
query BulkRecent($search: String!) {
  bulkOperations(first: 20, query: $search) {
    nodes { id status createdAt query }
  }
}
"""

BULK_CANCEL: Final = """
mutation BulkCancel($id: ID!) {
  bulkOperationCancel(id: $id) {
    bulkOperation { id status }
    userErrors { field message }
  }
}
"""

ORDER_ACCESS: Final = """
query OrderAccess {
  orders(first: 1) {
    nodes { id }
  }
}
"""

CUSTOMER_ACCESS: Final = """
query CustomerAccess {
  orders(first: 1) {
    nodes {
      id
      email
      customer { id }
    }
  }
}
"""

APP_UNINSTALL: Final = """
mutation AppUninstall {
  appUninstall {
    userErrors { code message }
  }
}
"""

SCOPES_GRANTED: Final = """
query ScopesGranted {
  currentAppInstallation {
    accessScopes { handle }
  }
}
"""

WEBHOOKS: Final = """
query Webhooks($after: String) {
  webhookSubscriptions(first: 100, after: $after) {
    nodes { id topic uri }
    pageInfo { hasNextPage endCursor }
  }
}
"""

WEBHOOK_CREATE: Final = """
mutation WebhookCreate(
  $topic: WebhookSubscriptionTopic!
  $subscription: WebhookSubscriptionInput!
) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $subscription) {
    webhookSubscription { id }
    userErrors { message }
  }
}
"""

WEBHOOK_DELETE: Final = """
mutation WebhookDelete($id: ID!) {
  webhookSubscriptionDelete(id: $id) {
    deletedWebhookSubscriptionId
    userErrors { message }
  }
}
"""

SALES_REPORT: Final = """
query SalesReport($query: String!) {
  shopifyqlQuery(query: $query) {
    parseErrors
    tableData {
      columns { name }
      rows
    }
  }
}
"""

DOCUMENTS: Final[dict[str, str]] = {
    "shop": SHOP,
    "order_access": ORDER_ACCESS,
    "customer_access": CUSTOMER_ACCESS,
    "orders": ORDERS,
    "order_agreement": ORDER_AGREEMENT,
    "bulk_orders": bulk_orders("processed_at:>='2026-01-01T00:00:00Z'"),
    "bulk_run": BULK_RUN,
    "bulk_operation": BULK_OPERATION,
    "bulk_recent": BULK_RECENT,
    "bulk_cancel": BULK_CANCEL,
    "app_uninstall": APP_UNINSTALL,
    "scopes_granted": SCOPES_GRANTED,
    "webhooks": WEBHOOKS,
    "webhook_create": WEBHOOK_CREATE,
    "webhook_delete": WEBHOOK_DELETE,
    "sales_report": SALES_REPORT,
}
