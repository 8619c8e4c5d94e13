"""The functions of the database. Rendered from the catalogue by `make generate`; not edited by hand."""

from typing import Any
from uuid import UUID

from ..calls import Function, nothing, value
from . import rows

ACCESS_GRANT: Function[rows.AccessEntry] = Function(
    "access_grant",
    parameters=(("threat_model_id", "uuid"), ("email", "text"), ("role", "text")),
    columns=("id", "threat_model_id", "user_email", "role", "granted_by", "granted_at", "model_created_at"),
    make=rows.make_access_entry,
    read_only=False,
)

ACCESS_LIST: Function[rows.AccessEntry] = Function(
    "access_list",
    parameters=(("threat_model_id", "uuid"),),
    columns=("id", "threat_model_id", "user_email", "role", "granted_by", "granted_at", "model_created_at"),
    make=rows.make_access_entry,
    read_only=True,
)

ACCESS_REPLACE: Function[rows.AccessEntry] = Function(
    "access_replace",
    parameters=(("threat_model_id", "uuid"), ("entries", "jsonb")),
    columns=("id", "threat_model_id", "user_email", "role", "granted_by", "granted_at", "model_created_at"),
    make=rows.make_access_entry,
    read_only=False,
)

ACCESS_REVOKE: Function[None] = Function(
    "access_revoke",
    parameters=(("threat_model_id", "uuid"), ("email", "text")),
    columns=(),
    make=nothing,
    read_only=False,
)

ACCESS_ROLE: Function[str | None] = Function(
    "access_role",
    parameters=(("threat_model_id", "uuid"), ("email", "text")),
    columns=(),
    make=value,
    read_only=True,
)

CELL_APPLY_OPS: Function[rows.CellChanges] = Function(
    "cell_apply_ops",
    parameters=(
        ("threat_model_id", "uuid"),
        ("diagram_id", "uuid"),
        ("ops", "jsonb"),
        ("if_modified_at", "timestamp with time zone"),
    ),
    columns=("diagram_id", "modified_at", "cell_count", "added", "updated", "removed"),
    make=rows.make_cell_changes,
    read_only=False,
)

CELL_ENTITY_ID: Function[UUID] = Function(
    "cell_entity_id",
    parameters=(("diagram_id", "uuid"), ("cell_id", "text")),
    columns=(),
    make=value,
    read_only=True,
)

CELL_FIND: Function[rows.Cell] = Function(
    "cell_find",
    parameters=(("threat_model_id", "uuid"), ("query", "jsonb")),
    columns=("diagram_id", "cell_id", "shape", "cell"),
    make=rows.make_cell,
    read_only=True,
)

CELL_GET: Function[rows.Cell] = Function(
    "cell_get",
    parameters=(("threat_model_id", "uuid"), ("diagram_id", "uuid"), ("cell_id", "text")),
    columns=("diagram_id", "cell_id", "shape", "cell"),
    make=rows.make_cell,
    read_only=True,
)

CELL_LIST: Function[rows.Cell] = Function(
    "cell_list",
    parameters=(("threat_model_id", "uuid"), ("diagram_id", "uuid"), ("shape", "text")),
    columns=("diagram_id", "cell_id", "shape", "cell"),
    make=rows.make_cell,
    read_only=True,
)

COUNTS_REPAIR: Function[rows.CountsCheck] = Function(
    "counts_repair",
    parameters=(("threat_model_id", "uuid"),),
    columns=(
        "threat_model_id",
        "cached_document_count",
        "cached_source_count",
        "cached_diagram_count",
        "cached_threat_count",
        "document_count",
        "source_count",
        "diagram_count",
        "threat_count",
    ),
    make=rows.make_counts_check,
    read_only=False,
)

COUNTS_VERIFY: Function[rows.CountsCheck] = Function(
    "counts_verify",
    parameters=(),
    columns=(
        "threat_model_id",
        "cached_document_count",
        "cached_source_count",
        "cached_diagram_count",
        "cached_threat_count",
        "document_count",
        "source_count",
        "diagram_count",
        "threat_count",
    ),
    make=rows.make_counts_check,
    read_only=True,
)

DIAGRAM_BULK_CREATE: Function[rows.Diagram] = Function(
    "diagram_bulk_create",
    parameters=(("threat_model_id", "uuid"), ("items", "jsonb")),
    columns=("id", "threat_model_id", "name", "type", "description", "created_at", "modified_at", "metadata", "cells"),
    make=rows.make_diagram,
    read_only=False,
)

DIAGRAM_CREATE: Function[rows.Diagram] = Function(
    "diagram_create",
    parameters=(
        ("threat_model_id", "uuid"),
        ("name", "text"),
        ("description", "text"),
        ("cells", "jsonb"),
        ("type", "text"),
        ("metadata", "jsonb"),
        ("id", "uuid"),
    ),
    columns=("id", "threat_model_id", "name", "type", "description", "created_at", "modified_at", "metadata", "cells"),
    make=rows.make_diagram,
    read_only=False,
)

DIAGRAM_DELETE: Function[None] = Function(
    "diagram_delete",
    parameters=(("threat_model_id", "uuid"), ("diagram_id", "uuid"), ("if_modified_at", "timestamp with time zone")),
    columns=(),
    make=nothing,
    read_only=False,
)

DIAGRAM_GET: Function[rows.Diagram] = Function(
    "diagram_get",
    parameters=(("threat_model_id", "uuid"), ("diagram_id", "uuid")),
    columns=("id", "threat_model_id", "name", "type", "description", "created_at", "modified_at", "metadata", "cells"),
    make=rows.make_diagram,
    read_only=True,
)

DIAGRAM_LIST: Function[rows.DiagramSummary] = Function(
    "diagram_list",
    parameters=(
        ("threat_model_id", "uuid"),
        ("limit", "integer"),
        ("after", "jsonb"),
        ("sort", "text"),
        ("filter", "jsonb"),
    ),
    columns=(
        "id",
        "threat_model_id",
        "name",
        "type",
        "description",
        "metadata",
        "cell_count",
        "created_at",
        "modified_at",
    ),
    make=rows.make_diagram_summary,
    read_only=True,
)

DIAGRAM_PATCH: Function[rows.Diagram] = Function(
    "diagram_patch",
    parameters=(
        ("threat_model_id", "uuid"),
        ("diagram_id", "uuid"),
        ("operations", "jsonb"),
        ("if_modified_at", "timestamp with time zone"),
    ),
    columns=("id", "threat_model_id", "name", "type", "description", "created_at", "modified_at", "metadata", "cells"),
    make=rows.make_diagram,
    read_only=False,
)

DIAGRAM_UPDATE: Function[rows.Diagram] = Function(
    "diagram_update",
    parameters=(
        ("threat_model_id", "uuid"),
        ("diagram_id", "uuid"),
        ("changes", "jsonb"),
        ("if_modified_at", "timestamp with time zone"),
    ),
    columns=("id", "threat_model_id", "name", "type", "description", "created_at", "modified_at", "metadata", "cells"),
    make=rows.make_diagram,
    read_only=False,
)

DOCUMENT_BULK_CREATE: Function[rows.Document] = Function(
    "document_bulk_create",
    parameters=(("threat_model_id", "uuid"), ("items", "jsonb")),
    columns=("id", "threat_model_id", "name", "url", "description", "created_at", "modified_at"),
    make=rows.make_document,
    read_only=False,
)

DOCUMENT_BULK_DELETE: Function[rows.Document] = Function(
    "document_bulk_delete",
    parameters=(("threat_model_id", "uuid"), ("items", "jsonb")),
    columns=("id", "threat_model_id", "name", "url", "description", "created_at", "modified_at"),
    make=rows.make_document,
    read_only=False,
)

DOCUMENT_BULK_UPDATE: Function[rows.Document] = Function(
    "document_bulk_update",
    parameters=(("threat_model_id", "uuid"), ("items", "jsonb")),
    columns=("id", "threat_model_id", "name", "url", "description", "created_at", "modified_at"),
    make=rows.make_document,
    read_only=False,
)

DOCUMENT_CREATE: Function[rows.Document] = Function(
    "document_create",
    parameters=(
        ("threat_model_id", "uuid"),
        ("name", "text"),
        ("url", "text"),
        ("description", "text"),
        ("metadata", "jsonb"),
        ("id", "uuid"),
    ),
    columns=("id", "threat_model_id", "name", "url", "description", "created_at", "modified_at"),
    make=rows.make_document,
    read_only=False,
)

DOCUMENT_DELETE: Function[None] = Function(
    "document_delete",
    parameters=(("threat_model_id", "uuid"), ("document_id", "uuid"), ("if_modified_at", "timestamp with time zone")),
    columns=(),
    make=nothing,
    read_only=False,
)

DOCUMENT_GET: Function[rows.Document] = Function(
    "document_get",
    parameters=(("threat_model_id", "uuid"), ("document_id", "uuid")),
    columns=("id", "threat_model_id", "name", "url", "description", "created_at", "modified_at"),
    make=rows.make_document,
    read_only=True,
)

DOCUMENT_LIST: Function[rows.Document] = Function(
    "document_list",
    parameters=(
        ("threat_model_id", "uuid"),
        ("limit", "integer"),
        ("after", "jsonb"),
        ("sort", "text"),
        ("filter", "jsonb"),
    ),
    columns=("id", "threat_model_id", "name", "url", "description", "created_at", "modified_at"),
    make=rows.make_document,
    read_only=True,
)

DOCUMENT_PATCH: Function[rows.Document] = Function(
    "document_patch",
    parameters=(
        ("threat_model_id", "uuid"),
        ("document_id", "uuid"),
        ("operations", "jsonb"),
        ("if_modified_at", "timestamp with time zone"),
    ),
    columns=("id", "threat_model_id", "name", "url", "description", "created_at", "modified_at"),
    make=rows.make_document,
    read_only=False,
)

DOCUMENT_UPDATE: Function[rows.Document] = Function(
    "document_update",
    parameters=(
        ("threat_model_id", "uuid"),
        ("document_id", "uuid"),
        ("changes", "jsonb"),
        ("if_modified_at", "timestamp with time zone"),
    ),
    columns=("id", "threat_model_id", "name", "url", "description", "created_at", "modified_at"),
    make=rows.make_document,
    read_only=False,
)

HEALTH: Function[rows.HealthCheck] = Function(
    "health",
    parameters=(),
    columns=("name", "status", "detail"),
    make=rows.make_health_check,
    read_only=True,
)

JSONB_PATCH: Function[Any] = Function(
    "jsonb_patch",
    parameters=(("document", "jsonb"), ("operations", "jsonb")),
    columns=(),
    make=value,
    read_only=True,
)

ME: Function[rows.User] = Function(
    "me",
    parameters=(),
    columns=("id", "email", "name", "created_at", "modified_at", "last_login"),
    make=rows.make_user,
    read_only=True,
)

ME_PROVIDERS: Function[rows.UserProvider] = Function(
    "me_providers",
    parameters=(),
    columns=(
        "id",
        "user_id",
        "provider",
        "provider_user_id",
        "provider_email",
        "provider_name",
        "is_primary",
        "created_at",
        "modified_at",
    ),
    make=rows.make_user_provider,
    read_only=True,
)

ME_UPDATE: Function[rows.User] = Function(
    "me_update",
    parameters=(("changes", "jsonb"), ("if_modified_at", "timestamp with time zone")),
    columns=("id", "email", "name", "created_at", "modified_at", "last_login"),
    make=rows.make_user,
    read_only=False,
)

METADATA_BULK_DELETE: Function[str] = Function(
    "metadata_bulk_delete",
    parameters=(("threat_model_id", "uuid"), ("entity_type", "text"), ("entity_id", "uuid"), ("keys", "text[]")),
    columns=(),
    make=value,
    read_only=False,
)

METADATA_BULK_SET: Function[rows.MetadataEntry] = Function(
    "metadata_bulk_set",
    parameters=(("threat_model_id", "uuid"), ("entity_type", "text"), ("entity_id", "uuid"), ("items", "jsonb")),
    columns=(
        "id",
        "entity_type",
        "entity_id",
        "key",
        "value",
        "created_at",
        "modified_at",
        "threat_model_id",
        "diagram_id",
        "cell_id",
    ),
    make=rows.make_metadata_entry,
    read_only=False,
)

METADATA_DELETE: Function[None] = Function(
    "metadata_delete",
    parameters=(
        ("threat_model_id", "uuid"),
        ("entity_type", "text"),
        ("entity_id", "uuid"),
        ("key", "text"),
        ("if_modified_at", "timestamp with time zone"),
    ),
    columns=(),
    make=nothing,
    read_only=False,
)

METADATA_FIND: Function[rows.MetadataEntry] = Function(
    "metadata_find",
    parameters=(("key", "text"), ("value", "text"), ("limit", "integer"), ("after", "jsonb")),
    columns=(
        "id",
        "entity_type",
        "entity_id",
        "key",
        "value",
        "created_at",
        "modified_at",
        "threat_model_id",
        "diagram_id",
        "cell_id",
    ),
    make=rows.make_metadata_entry,
    read_only=True,
)

METADATA_GET: Function[rows.MetadataEntry] = Function(
    "metadata_get",
    parameters=(("threat_model_id", "uuid"), ("entity_type", "text"), ("entity_id", "uuid"), ("key", "text")),
    columns=(
        "id",
        "entity_type",
        "entity_id",
        "key",
        "value",
        "created_at",
        "modified_at",
        "threat_model_id",
        "diagram_id",
        "cell_id",
    ),
    make=rows.make_metadata_entry,
    read_only=True,
)

METADATA_KEYS: Function[str] = Function(
    "metadata_keys",
    parameters=(("threat_model_id", "uuid"), ("entity_type", "text"), ("entity_id", "uuid")),
    columns=(),
    make=value,
    read_only=True,
)

METADATA_LIST: Function[rows.MetadataEntry] = Function(
    "metadata_list",
    parameters=(
        ("threat_model_id", "uuid"),
        ("entity_type", "text"),
        ("entity_id", "uuid"),
        ("limit", "integer"),
        ("after", "jsonb"),
    ),
    columns=(
        "id",
        "entity_type",
        "entity_id",
        "key",
        "value",
        "created_at",
        "modified_at",
        "threat_model_id",
        "diagram_id",
        "cell_id",
    ),
    make=rows.make_metadata_entry,
    read_only=True,
)

METADATA_PURGE_ORPHANS: Function[int] = Function(
    "metadata_purge_orphans",
    parameters=(),
    columns=(),
    make=value,
    read_only=False,
)

METADATA_REPLACE: Function[rows.MetadataEntry] = Function(
    "metadata_replace",
    parameters=(("threat_model_id", "uuid"), ("entity_type", "text"), ("entity_id", "uuid"), ("items", "jsonb")),
    columns=(
        "id",
        "entity_type",
        "entity_id",
        "key",
        "value",
        "created_at",
        "modified_at",
        "threat_model_id",
        "diagram_id",
        "cell_id",
    ),
    make=rows.make_metadata_entry,
    read_only=False,
)

METADATA_SET: Function[rows.MetadataEntry] = Function(
    "metadata_set",
    parameters=(
        ("threat_model_id", "uuid"),
        ("entity_type", "text"),
        ("entity_id", "uuid"),
        ("key", "text"),
        ("value", "text"),
    ),
    columns=(
        "id",
        "entity_type",
        "entity_id",
        "key",
        "value",
        "created_at",
        "modified_at",
        "threat_model_id",
        "diagram_id",
        "cell_id",
    ),
    make=rows.make_metadata_entry,
    read_only=False,
)

METADATA_UPDATE: Function[rows.MetadataEntry] = Function(
    "metadata_update",
    parameters=(
        ("threat_model_id", "uuid"),
        ("entity_type", "text"),
        ("entity_id", "uuid"),
        ("key", "text"),
        ("value", "text"),
        ("if_modified_at", "timestamp with time zone"),
    ),
    columns=(
        "id",
        "entity_type",
        "entity_id",
        "key",
        "value",
        "created_at",
        "modified_at",
        "threat_model_id",
        "diagram_id",
        "cell_id",
    ),
    make=rows.make_metadata_entry,
    read_only=False,
)

PROVIDER_LINK: Function[rows.UserProvider] = Function(
    "provider_link",
    parameters=(
        ("user_id", "uuid"),
        ("provider", "text"),
        ("provider_user_id", "text"),
        ("email", "text"),
        ("name", "text"),
    ),
    columns=(
        "id",
        "user_id",
        "provider",
        "provider_user_id",
        "provider_email",
        "provider_name",
        "is_primary",
        "created_at",
        "modified_at",
    ),
    make=rows.make_user_provider,
    read_only=False,
)

PROVIDER_LIST: Function[rows.UserProvider] = Function(
    "provider_list",
    parameters=(("user_id", "uuid"),),
    columns=(
        "id",
        "user_id",
        "provider",
        "provider_user_id",
        "provider_email",
        "provider_name",
        "is_primary",
        "created_at",
        "modified_at",
    ),
    make=rows.make_user_provider,
    read_only=True,
)

PROVIDER_SET_PRIMARY: Function[rows.UserProvider] = Function(
    "provider_set_primary",
    parameters=(("user_id", "uuid"), ("provider", "text")),
    columns=(
        "id",
        "user_id",
        "provider",
        "provider_user_id",
        "provider_email",
        "provider_name",
        "is_primary",
        "created_at",
        "modified_at",
    ),
    make=rows.make_user_provider,
    read_only=False,
)

PROVIDER_UNLINK: Function[None] = Function(
    "provider_unlink",
    parameters=(("user_id", "uuid"), ("provider", "text")),
    columns=(),
    make=nothing,
    read_only=False,
)

SESSION_CREATE: Function[rows.CollaborationSession] = Function(
    "session_create",
    parameters=(
        ("threat_model_id", "uuid"),
        ("websocket_url", "text"),
        ("diagram_id", "uuid"),
        ("ttl", "interval"),
        ("id", "uuid"),
    ),
    columns=(
        "id",
        "threat_model_id",
        "diagram_id",
        "websocket_url",
        "expires_at",
        "created_at",
        "modified_at",
        "host_user_id",
        "ended_at",
        "ttl",
    ),
    make=rows.make_collaboration_session,
    read_only=False,
)

SESSION_END: Function[rows.CollaborationSession] = Function(
    "session_end",
    parameters=(("threat_model_id", "uuid"), ("session_id", "uuid")),
    columns=(
        "id",
        "threat_model_id",
        "diagram_id",
        "websocket_url",
        "expires_at",
        "created_at",
        "modified_at",
        "host_user_id",
        "ended_at",
        "ttl",
    ),
    make=rows.make_collaboration_session,
    read_only=False,
)

SESSION_GET: Function[rows.CollaborationSession] = Function(
    "session_get",
    parameters=(("threat_model_id", "uuid"), ("diagram_id", "uuid")),
    columns=(
        "id",
        "threat_model_id",
        "diagram_id",
        "websocket_url",
        "expires_at",
        "created_at",
        "modified_at",
        "host_user_id",
        "ended_at",
        "ttl",
    ),
    make=rows.make_collaboration_session,
    read_only=True,
)

SESSION_JOIN: Function[rows.SessionParticipant] = Function(
    "session_join",
    parameters=(("threat_model_id", "uuid"), ("session_id", "uuid")),
    columns=("id", "session_id", "user_id", "joined_at", "left_at", "last_seen_at"),
    make=rows.make_session_participant,
    read_only=False,
)

SESSION_LEAVE: Function[rows.CollaborationSession] = Function(
    "session_leave",
    parameters=(("threat_model_id", "uuid"), ("session_id", "uuid")),
    columns=(
        "id",
        "threat_model_id",
        "diagram_id",
        "websocket_url",
        "expires_at",
        "created_at",
        "modified_at",
        "host_user_id",
        "ended_at",
        "ttl",
    ),
    make=rows.make_collaboration_session,
    read_only=False,
)

SESSION_LIST: Function[rows.OpenSession] = Function(
    "session_list",
    parameters=(),
    columns=(
        "id",
        "threat_model_id",
        "threat_model_name",
        "diagram_id",
        "diagram_name",
        "websocket_url",
        "host_user_id",
        "host_email",
        "participant_count",
        "role",
        "created_at",
        "expires_at",
    ),
    make=rows.make_open_session,
    read_only=True,
)

SESSION_PARTICIPANTS: Function[rows.Participant] = Function(
    "session_participants",
    parameters=(("threat_model_id", "uuid"), ("session_id", "uuid")),
    columns=("user_id", "email", "name", "role", "is_host", "joined_at", "last_seen_at"),
    make=rows.make_participant,
    read_only=True,
)

SESSION_PURGE: Function[int] = Function(
    "session_purge",
    parameters=(("idle", "interval"),),
    columns=(),
    make=value,
    read_only=False,
)

SESSION_TOUCH: Function[rows.CollaborationSession] = Function(
    "session_touch",
    parameters=(("threat_model_id", "uuid"), ("session_id", "uuid")),
    columns=(
        "id",
        "threat_model_id",
        "diagram_id",
        "websocket_url",
        "expires_at",
        "created_at",
        "modified_at",
        "host_user_id",
        "ended_at",
        "ttl",
    ),
    make=rows.make_collaboration_session,
    read_only=False,
)

SOURCE_BULK_CREATE: Function[rows.Source] = Function(
    "source_bulk_create",
    parameters=(("threat_model_id", "uuid"), ("items", "jsonb")),
    columns=("id", "threat_model_id", "name", "url", "description", "type", "parameters", "created_at", "modified_at"),
    make=rows.make_source,
    read_only=False,
)

SOURCE_BULK_DELETE: Function[rows.Source] = Function(
    "source_bulk_delete",
    parameters=(("threat_model_id", "uuid"), ("items", "jsonb")),
    columns=("id", "threat_model_id", "name", "url", "description", "type", "parameters", "created_at", "modified_at"),
    make=rows.make_source,
    read_only=False,
)

SOURCE_BULK_UPDATE: Function[rows.Source] = Function(
    "source_bulk_update",
    parameters=(("threat_model_id", "uuid"), ("items", "jsonb")),
    columns=("id", "threat_model_id", "name", "url", "description", "type", "parameters", "created_at", "modified_at"),
    make=rows.make_source,
    read_only=False,
)

SOURCE_CREATE: Function[rows.Source] = Function(
    "source_create",
    parameters=(
        ("threat_model_id", "uuid"),
        ("name", "text"),
        ("url", "text"),
        ("description", "text"),
        ("type", "text"),
        ("parameters", "jsonb"),
        ("metadata", "jsonb"),
        ("id", "uuid"),
    ),
    columns=("id", "threat_model_id", "name", "url", "description", "type", "parameters", "created_at", "modified_at"),
    make=rows.make_source,
    read_only=False,
)

SOURCE_DELETE: Function[None] = Function(
    "source_delete",
    parameters=(("threat_model_id", "uuid"), ("source_id", "uuid"), ("if_modified_at", "timestamp with time zone")),
    columns=(),
    make=nothing,
    read_only=False,
)

SOURCE_GET: Function[rows.Source] = Function(
    "source_get",
    parameters=(("threat_model_id", "uuid"), ("source_id", "uuid")),
    columns=("id", "threat_model_id", "name", "url", "description", "type", "parameters", "created_at", "modified_at"),
    make=rows.make_source,
    read_only=True,
)

SOURCE_LIST: Function[rows.Source] = Function(
    "source_list",
    parameters=(
        ("threat_model_id", "uuid"),
        ("limit", "integer"),
        ("after", "jsonb"),
        ("sort", "text"),
        ("filter", "jsonb"),
    ),
    columns=("id", "threat_model_id", "name", "url", "description", "type", "parameters", "created_at", "modified_at"),
    make=rows.make_source,
    read_only=True,
)

SOURCE_PATCH: Function[rows.Source] = Function(
    "source_patch",
    parameters=(
        ("threat_model_id", "uuid"),
        ("source_id", "uuid"),
        ("operations", "jsonb"),
        ("if_modified_at", "timestamp with time zone"),
    ),
    columns=("id", "threat_model_id", "name", "url", "description", "type", "parameters", "created_at", "modified_at"),
    make=rows.make_source,
    read_only=False,
)

SOURCE_UPDATE: Function[rows.Source] = Function(
    "source_update",
    parameters=(
        ("threat_model_id", "uuid"),
        ("source_id", "uuid"),
        ("changes", "jsonb"),
        ("if_modified_at", "timestamp with time zone"),
    ),
    columns=("id", "threat_model_id", "name", "url", "description", "type", "parameters", "created_at", "modified_at"),
    make=rows.make_source,
    read_only=False,
)

THREAT_BATCH_PATCH: Function[rows.PatchOutcome] = Function(
    "threat_batch_patch",
    parameters=(("threat_model_id", "uuid"), ("patches", "jsonb"), ("atomic", "boolean")),
    columns=("index", "id", "succeeded", "threat", "code", "message", "detail"),
    make=rows.make_patch_outcome,
    read_only=False,
)

THREAT_BULK_CREATE: Function[rows.Threat] = Function(
    "threat_bulk_create",
    parameters=(("threat_model_id", "uuid"), ("items", "jsonb")),
    columns=(
        "id",
        "threat_model_id",
        "name",
        "description",
        "impact",
        "likelihood",
        "risk_rating",
        "created_at",
        "modified_at",
        "diagram_id",
        "cell_id",
        "score",
        "priority",
        "mitigated",
        "status",
        "threat_type",
        "issue_url",
        "mitigation",
    ),
    make=rows.make_threat,
    read_only=False,
)

THREAT_BULK_DELETE: Function[rows.Threat] = Function(
    "threat_bulk_delete",
    parameters=(("threat_model_id", "uuid"), ("items", "jsonb")),
    columns=(
        "id",
        "threat_model_id",
        "name",
        "description",
        "impact",
        "likelihood",
        "risk_rating",
        "created_at",
        "modified_at",
        "diagram_id",
        "cell_id",
        "score",
        "priority",
        "mitigated",
        "status",
        "threat_type",
        "issue_url",
        "mitigation",
    ),
    make=rows.make_threat,
    read_only=False,
)

THREAT_BULK_UPDATE: Function[rows.Threat] = Function(
    "threat_bulk_update",
    parameters=(("threat_model_id", "uuid"), ("items", "jsonb")),
    columns=(
        "id",
        "threat_model_id",
        "name",
        "description",
        "impact",
        "likelihood",
        "risk_rating",
        "created_at",
        "modified_at",
        "diagram_id",
        "cell_id",
        "score",
        "priority",
        "mitigated",
        "status",
        "threat_type",
        "issue_url",
        "mitigation",
    ),
    make=rows.make_threat,
    read_only=False,
)

THREAT_CREATE: Function[rows.Threat] = Function(
    "threat_create",
    parameters=(
        ("threat_model_id", "uuid"),
        ("name", "text"),
        ("description", "text"),
        ("impact", "text"),
        ("likelihood", "text"),
        ("risk_rating", "text"),
        ("score", "integer"),
        ("priority", "text"),
        ("mitigated", "boolean"),
        ("status", "text"),
        ("threat_type", "text"),
        ("mitigation", "text"),
        ("issue_url", "text"),
        ("diagram_id", "uuid"),
        ("cell_id", "text"),
        ("metadata", "jsonb"),
        ("id", "uuid"),
    ),
    columns=(
        "id",
        "threat_model_id",
        "name",
        "description",
        "impact",
        "likelihood",
        "risk_rating",
        "created_at",
        "modified_at",
        "diagram_id",
        "cell_id",
        "score",
        "priority",
        "mitigated",
        "status",
        "threat_type",
        "issue_url",
        "mitigation",
    ),
    make=rows.make_threat,
    read_only=False,
)

THREAT_DELETE: Function[None] = Function(
    "threat_delete",
    parameters=(("threat_model_id", "uuid"), ("threat_id", "uuid"), ("if_modified_at", "timestamp with time zone")),
    columns=(),
    make=nothing,
    read_only=False,
)

THREAT_GET: Function[rows.Threat] = Function(
    "threat_get",
    parameters=(("threat_model_id", "uuid"), ("threat_id", "uuid")),
    columns=(
        "id",
        "threat_model_id",
        "name",
        "description",
        "impact",
        "likelihood",
        "risk_rating",
        "created_at",
        "modified_at",
        "diagram_id",
        "cell_id",
        "score",
        "priority",
        "mitigated",
        "status",
        "threat_type",
        "issue_url",
        "mitigation",
    ),
    make=rows.make_threat,
    read_only=True,
)

THREAT_LIST: Function[rows.Threat] = Function(
    "threat_list",
    parameters=(
        ("threat_model_id", "uuid"),
        ("limit", "integer"),
        ("after", "jsonb"),
        ("sort", "text"),
        ("filter", "jsonb"),
    ),
    columns=(
        "id",
        "threat_model_id",
        "name",
        "description",
        "impact",
        "likelihood",
        "risk_rating",
        "created_at",
        "modified_at",
        "diagram_id",
        "cell_id",
        "score",
        "priority",
        "mitigated",
        "status",
        "threat_type",
        "issue_url",
        "mitigation",
    ),
    make=rows.make_threat,
    read_only=True,
)

THREAT_MODEL_COPY: Function[rows.ThreatModel] = Function(
    "threat_model_copy",
    parameters=(("threat_model_id", "uuid"), ("name", "text"), ("include", "text[]"), ("id", "uuid")),
    columns=(
        "id",
        "name",
        "description",
        "owner_email",
        "created_by",
        "threat_model_framework",
        "issue_url",
        "document_count",
        "source_count",
        "diagram_count",
        "threat_count",
        "created_at",
        "modified_at",
        "role",
    ),
    make=rows.make_threat_model,
    read_only=False,
)

THREAT_MODEL_CREATE: Function[rows.ThreatModel] = Function(
    "threat_model_create",
    parameters=(
        ("name", "text"),
        ("description", "text"),
        ("threat_model_framework", "text"),
        ("issue_url", "text"),
        ("access", "jsonb"),
        ("metadata", "jsonb"),
        ("id", "uuid"),
    ),
    columns=(
        "id",
        "name",
        "description",
        "owner_email",
        "created_by",
        "threat_model_framework",
        "issue_url",
        "document_count",
        "source_count",
        "diagram_count",
        "threat_count",
        "created_at",
        "modified_at",
        "role",
    ),
    make=rows.make_threat_model,
    read_only=False,
)

THREAT_MODEL_DELETE: Function[rows.DeletedThreatModel] = Function(
    "threat_model_delete",
    parameters=(("threat_model_id", "uuid"), ("if_modified_at", "timestamp with time zone"), ("force", "boolean")),
    columns=(
        "threat_count",
        "diagram_count",
        "document_count",
        "source_count",
        "metadata_count",
        "session_count",
        "access_count",
    ),
    make=rows.make_deleted_threat_model,
    read_only=False,
)

THREAT_MODEL_DOCUMENT: Function[Any] = Function(
    "threat_model_document",
    parameters=(("threat_model_id", "uuid"), ("include", "text[]")),
    columns=(),
    make=value,
    read_only=True,
)

THREAT_MODEL_GET: Function[rows.ThreatModel] = Function(
    "threat_model_get",
    parameters=(("threat_model_id", "uuid"),),
    columns=(
        "id",
        "name",
        "description",
        "owner_email",
        "created_by",
        "threat_model_framework",
        "issue_url",
        "document_count",
        "source_count",
        "diagram_count",
        "threat_count",
        "created_at",
        "modified_at",
        "role",
    ),
    make=rows.make_threat_model,
    read_only=True,
)

THREAT_MODEL_IMPORT: Function[Any] = Function(
    "threat_model_import",
    parameters=(("document", "jsonb"), ("format", "text"), ("options", "jsonb")),
    columns=(),
    make=value,
    read_only=False,
)

THREAT_MODEL_LIST: Function[rows.ThreatModel] = Function(
    "threat_model_list",
    parameters=(("limit", "integer"), ("after", "jsonb"), ("sort", "text"), ("filter", "jsonb")),
    columns=(
        "id",
        "name",
        "description",
        "owner_email",
        "created_by",
        "threat_model_framework",
        "issue_url",
        "document_count",
        "source_count",
        "diagram_count",
        "threat_count",
        "created_at",
        "modified_at",
        "role",
    ),
    make=rows.make_threat_model,
    read_only=True,
)

THREAT_MODEL_PATCH: Function[rows.ThreatModel] = Function(
    "threat_model_patch",
    parameters=(("threat_model_id", "uuid"), ("operations", "jsonb"), ("if_modified_at", "timestamp with time zone")),
    columns=(
        "id",
        "name",
        "description",
        "owner_email",
        "created_by",
        "threat_model_framework",
        "issue_url",
        "document_count",
        "source_count",
        "diagram_count",
        "threat_count",
        "created_at",
        "modified_at",
        "role",
    ),
    make=rows.make_threat_model,
    read_only=False,
)

THREAT_MODEL_SEARCH: Function[rows.FoundThreatModel] = Function(
    "threat_model_search",
    parameters=(("query", "text"), ("limit", "integer"), ("after", "jsonb")),
    columns=(
        "id",
        "name",
        "description",
        "owner_email",
        "created_by",
        "threat_model_framework",
        "issue_url",
        "document_count",
        "source_count",
        "diagram_count",
        "threat_count",
        "created_at",
        "modified_at",
        "role",
        "matched",
    ),
    make=rows.make_found_threat_model,
    read_only=True,
)

THREAT_MODEL_TRANSFER: Function[rows.ThreatModel] = Function(
    "threat_model_transfer",
    parameters=(("threat_model_id", "uuid"), ("new_owner_email", "text")),
    columns=(
        "id",
        "name",
        "description",
        "owner_email",
        "created_by",
        "threat_model_framework",
        "issue_url",
        "document_count",
        "source_count",
        "diagram_count",
        "threat_count",
        "created_at",
        "modified_at",
        "role",
    ),
    make=rows.make_threat_model,
    read_only=False,
)

THREAT_MODEL_UPDATE: Function[rows.ThreatModel] = Function(
    "threat_model_update",
    parameters=(("threat_model_id", "uuid"), ("changes", "jsonb"), ("if_modified_at", "timestamp with time zone")),
    columns=(
        "id",
        "name",
        "description",
        "owner_email",
        "created_by",
        "threat_model_framework",
        "issue_url",
        "document_count",
        "source_count",
        "diagram_count",
        "threat_count",
        "created_at",
        "modified_at",
        "role",
    ),
    make=rows.make_threat_model,
    read_only=False,
)

THREAT_PATCH: Function[rows.Threat] = Function(
    "threat_patch",
    parameters=(
        ("threat_model_id", "uuid"),
        ("threat_id", "uuid"),
        ("operations", "jsonb"),
        ("if_modified_at", "timestamp with time zone"),
    ),
    columns=(
        "id",
        "threat_model_id",
        "name",
        "description",
        "impact",
        "likelihood",
        "risk_rating",
        "created_at",
        "modified_at",
        "diagram_id",
        "cell_id",
        "score",
        "priority",
        "mitigated",
        "status",
        "threat_type",
        "issue_url",
        "mitigation",
    ),
    make=rows.make_threat,
    read_only=False,
)

THREAT_UPDATE: Function[rows.Threat] = Function(
    "threat_update",
    parameters=(
        ("threat_model_id", "uuid"),
        ("threat_id", "uuid"),
        ("changes", "jsonb"),
        ("if_modified_at", "timestamp with time zone"),
    ),
    columns=(
        "id",
        "threat_model_id",
        "name",
        "description",
        "impact",
        "likelihood",
        "risk_rating",
        "created_at",
        "modified_at",
        "diagram_id",
        "cell_id",
        "score",
        "priority",
        "mitigated",
        "status",
        "threat_type",
        "issue_url",
        "mitigation",
    ),
    make=rows.make_threat,
    read_only=False,
)

TOKEN_ISSUE: Function[rows.IssuedToken] = Function(
    "token_issue",
    parameters=(("user_id", "uuid"), ("token_hash", "text"), ("ttl", "interval"), ("family_ttl", "interval")),
    columns=("user_id", "family_id", "expires_at", "family_expires_at"),
    make=rows.make_issued_token,
    read_only=False,
)

TOKEN_PURGE_EXPIRED: Function[int] = Function(
    "token_purge_expired",
    parameters=(("limit", "integer"),),
    columns=(),
    make=value,
    read_only=False,
)

TOKEN_REVOKE: Function[None] = Function(
    "token_revoke",
    parameters=(("token_hash", "text"),),
    columns=(),
    make=nothing,
    read_only=False,
)

TOKEN_REVOKE_ALL: Function[int] = Function(
    "token_revoke_all",
    parameters=(("user_id", "uuid"),),
    columns=(),
    make=value,
    read_only=False,
)

TOKEN_ROTATE: Function[rows.RotatedToken] = Function(
    "token_rotate",
    parameters=(("old_hash", "text"), ("new_hash", "text"), ("ttl", "interval")),
    columns=("outcome", "user_id", "family_id", "expires_at", "family_expires_at"),
    make=rows.make_rotated_token,
    read_only=False,
)

USER_CHANGE_EMAIL: Function[rows.User] = Function(
    "user_change_email",
    parameters=(("user_id", "uuid"), ("new_email", "text")),
    columns=("id", "email", "name", "created_at", "modified_at", "last_login"),
    make=rows.make_user,
    read_only=False,
)

USER_DELETE: Function[rows.ReleasedModel] = Function(
    "user_delete",
    parameters=(("user_id", "uuid"), ("transfer_to", "text"), ("delete_models", "boolean")),
    columns=("threat_model_id", "name", "action", "new_owner_email"),
    make=rows.make_released_model,
    read_only=False,
)

USER_FIND: Function[rows.User] = Function(
    "user_find",
    parameters=(("email", "text"),),
    columns=("id", "email", "name", "created_at", "modified_at", "last_login"),
    make=rows.make_user,
    read_only=True,
)

USER_FIND_BY_PROVIDER: Function[rows.User] = Function(
    "user_find_by_provider",
    parameters=(("provider", "text"), ("provider_user_id", "text")),
    columns=("id", "email", "name", "created_at", "modified_at", "last_login"),
    make=rows.make_user,
    read_only=True,
)

USER_GET: Function[rows.User] = Function(
    "user_get",
    parameters=(("user_id", "uuid"),),
    columns=("id", "email", "name", "created_at", "modified_at", "last_login"),
    make=rows.make_user,
    read_only=True,
)

USER_LIST: Function[rows.User] = Function(
    "user_list",
    parameters=(("limit", "integer"), ("after", "jsonb"), ("query", "text")),
    columns=("id", "email", "name", "created_at", "modified_at", "last_login"),
    make=rows.make_user,
    read_only=True,
)

USER_LOGIN: Function[rows.Login] = Function(
    "user_login",
    parameters=(
        ("provider", "text"),
        ("provider_user_id", "text"),
        ("email", "text"),
        ("name", "text"),
        ("email_verified", "boolean"),
    ),
    columns=("id", "email", "name", "created_at", "modified_at", "last_login", "is_new"),
    make=rows.make_login,
    read_only=False,
)

USER_UPDATE: Function[rows.User] = Function(
    "user_update",
    parameters=(("user_id", "uuid"), ("changes", "jsonb"), ("if_modified_at", "timestamp with time zone")),
    columns=("id", "email", "name", "created_at", "modified_at", "last_login"),
    make=rows.make_user,
    read_only=False,
)
