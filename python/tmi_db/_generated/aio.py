"""The functions of the database as methods. Rendered from the catalogue by `make generate`; not edited by hand."""

import builtins
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from ..calls import UNSET, AsyncCaller, Json, Unset, cursor_after, only
from . import functions
from .rows import (
    AccessEntry,
    Cell,
    CellChanges,
    CollaborationSession,
    CountsCheck,
    DeletedThreatModel,
    Diagram,
    DiagramSummary,
    Document,
    FoundThreatModel,
    HealthCheck,
    IssuedToken,
    Login,
    MetadataEntry,
    OpenSession,
    Participant,
    PatchOutcome,
    ReleasedModel,
    RotatedToken,
    SessionParticipant,
    Source,
    Threat,
    ThreatModel,
    User,
    UserProvider,
)


class AsyncAccess:
    """The functions `access_...` that tmi_app may call."""

    __slots__ = ("_caller",)

    def __init__(self, caller: AsyncCaller) -> None:
        """Call by way of `caller`."""
        self._caller = caller

    async def grant(self, threat_model_id: UUID | str, email: str, role: str) -> AccessEntry:
        """Grants somebody a role in a threat model, or changes the role he has.

        Args:
            threat_model_id: the model, of which the caller must be an owner.
            email: the address of an existing user.
            role: owner, writer or reader.

        Returns:
            The row.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: below owner.
            NotFound: when the model does not exist or may not be seen.
            Conflict: when the owner of record would be lowered.
            Invalid: when nobody has the address or the role is none of the three.

        SQL: access_grant
        """
        return only(
            await self._caller.rows(functions.ACCESS_GRANT, (threat_model_id, email, role)), functions.ACCESS_GRANT
        )

    async def list(self, threat_model_id: UUID | str) -> builtins.list[AccessEntry]:
        """Lists who may use a threat model, with the role of each, who granted it and when.

        Args:
            threat_model_id: the model, of which the caller must be a reader at least.

        Returns:
            Rows, the first granted first.

        Raises:
            Unauthenticated: without a valid identity.
            NotFound: when the model does not exist or may not be seen.

        SQL: access_list
        """
        return await self._caller.rows(functions.ACCESS_LIST, (threat_model_id,))

    async def replace(self, threat_model_id: UUID | str, entries: Json) -> builtins.list[AccessEntry]:
        """Replaces the list of those who may use a threat model; rows that stay as they are keep who granted them
        and when.

        Args:
            threat_model_id: the model, of which the caller must be an owner.
            entries: an array of up to 1,000 objects {email, role}; everybody who is not named loses access, but
                for the owner of record.

        Returns:
            Rows, the first granted first.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: below owner.
            NotFound: when the model does not exist or may not be seen.
            Conflict: when the owner of record would be lowered.
            TooLarge: above 1,000 entries.
            Invalid: when nobody has an address, one is named twice, or a role is none of the three; DETAIL
                names the entry, counted from 0.

        SQL: access_replace
        """
        return await self._caller.rows(functions.ACCESS_REPLACE, (threat_model_id, entries))

    async def revoke(self, threat_model_id: UUID | str, email: str) -> None:
        """Takes somebody's access to a threat model away, and ends his participation in its sessions.

        Args:
            threat_model_id: the model, of which the caller must be an owner.
            email: whose access.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: below owner.
            NotFound: when the model does not exist or may not be seen, or that person has no access.
            Conflict: for the owner of record.

        SQL: access_revoke
        """
        await self._caller.rows(functions.ACCESS_REVOKE, (threat_model_id, email))

    async def role(self, threat_model_id: UUID | str, *, email: str | Unset | None = UNSET) -> str | None:
        """Returns somebody's effective role in a threat model.

        Args:
            threat_model_id: the model, of which the caller must be a reader at least.
            email: whose role; the caller's by default.

        Returns:
            Owner, writer or reader; None for somebody without access.

        Raises:
            Unauthenticated: without a valid identity.
            NotFound: when the model does not exist or may not be seen.

        SQL: access_role
        """
        return only(await self._caller.rows(functions.ACCESS_ROLE, (threat_model_id, email)), functions.ACCESS_ROLE)


class AsyncCells:
    """The functions `cell_...` that tmi_app may call."""

    __slots__ = ("_caller",)

    def __init__(self, caller: AsyncCaller) -> None:
        """Call by way of `caller`."""
        self._caller = caller

    async def apply_ops(
        self,
        threat_model_id: UUID | str,
        diagram_id: UUID | str,
        ops: Json,
        *,
        if_modified_at: datetime | Unset | None = UNSET,
    ) -> CellChanges:
        """Applies what real-time editors send to the cells of a diagram, all or none, in their order. An edge
        whose cell is removed is left as it is, and may be changed as long as its ends are not.

        Args:
            threat_model_id: the model, of which the caller must be a writer at least.
            diagram_id: the diagram, which must be of that model.
            ops: an array of 1 to 1,000 objects {id, operation, data}: operation is add, update or remove; data
                is the cell, or for update the fields that change. Removing a cell that is gone is no error.
            if_modified_at: the modified_at that the caller read; the change is refused if the diagram has moved
                on.

        Returns:
            The row: when the diagram was last changed, how many cells it has, and how many were added, updated
            and removed. Operations that change nothing do not move modified_at.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: for a reader.
            NotFound: when the model or the diagram does not exist or may not be seen.
            Stale: when the diagram has changed since.
            TooLarge: above 1,000 operations, 10,000 cells, 8 MB or 100 levels of JSON; with DETAIL 'item
                <index>: <reason>' for the first operation that is wrong: TM409 for cell_already_exists, TM404
                for update_nonexistent_cell, TM422 for invalid_cell_data, add_requires_cell_data,
                invalid_operation_type, invalid_cell_operation.
            Invalid: with DETAIL empty_cell_operations.

        SQL: cell_apply_ops
        """
        return only(
            await self._caller.rows(functions.CELL_APPLY_OPS, (threat_model_id, diagram_id, ops, if_modified_at)),
            functions.CELL_APPLY_OPS,
        )

    async def entity_id(self, diagram_id: UUID | str, cell_id: str) -> UUID:
        """Makes the id under which a cell has metadata: a UUID of version 8 from the SHA-256 of diagram and cell.

        Args:
            diagram_id: the diagram.
            cell_id: the cell.

        Returns:
            The id, whether there is such a cell or not.

        SQL: cell_entity_id
        """
        return only(await self._caller.rows(functions.CELL_ENTITY_ID, (diagram_id, cell_id)), functions.CELL_ENTITY_ID)

    async def find(self, threat_model_id: UUID | str, query: Json) -> builtins.list[Cell]:
        """Finds cells of a model's diagrams by what they contain.

        Args:
            threat_model_id: the model, of which the caller must be a reader at least.
            query: a JSON object that a cell must contain, such as {"shape": "store", "data": {"isEncrypted":
                false}}.

        Returns:
            Rows, by diagram, in the order of the drawing.

        Raises:
            Unauthenticated: without a valid identity.
            NotFound: when the model does not exist or may not be seen.
            Invalid: for a query that is no object.

        SQL: cell_find
        """
        return await self._caller.rows(functions.CELL_FIND, (threat_model_id, query))

    async def get(self, threat_model_id: UUID | str, diagram_id: UUID | str, cell_id: str) -> Cell:
        """Returns one cell of a diagram.

        Args:
            threat_model_id: the model, of which the caller must be a reader at least.
            diagram_id: the diagram, which must be of that model.
            cell_id: the cell.

        Returns:
            The row.

        Raises:
            Unauthenticated: without a valid identity.
            NotFound: when the model, the diagram or the cell does not exist or may not be seen.

        SQL: cell_get
        """
        return only(
            await self._caller.rows(functions.CELL_GET, (threat_model_id, diagram_id, cell_id)), functions.CELL_GET
        )

    async def list(
        self, threat_model_id: UUID | str, diagram_id: UUID | str, *, shape: str | Unset | None = UNSET
    ) -> builtins.list[Cell]:
        """Lists the cells of a diagram, in the order of the drawing.

        Args:
            threat_model_id: the model, of which the caller must be a reader at least.
            diagram_id: the diagram, which must be of that model.
            shape: only cells of this shape.

        Returns:
            Rows.

        Raises:
            Unauthenticated: without a valid identity.
            NotFound: when the model or the diagram does not exist or may not be seen.

        SQL: cell_list
        """
        return await self._caller.rows(functions.CELL_LIST, (threat_model_id, diagram_id, shape))


class AsyncDiagrams:
    """The functions `diagram_...` that tmi_app may call."""

    __slots__ = ("_caller",)

    def __init__(self, caller: AsyncCaller) -> None:
        """Call by way of `caller`."""
        self._caller = caller

    async def bulk_create(self, threat_model_id: UUID | str, items: Json) -> builtins.list[Diagram]:
        """Creates up to 1,000 diagrams in one statement, all or none.

        Args:
            threat_model_id: the model, of which the caller must be a writer at least.
            items: an array of 1 to 1,000 objects with the fields that diagram_create takes, without p_.

        Returns:
            Rows, in the order of the items.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: for a reader.
            NotFound: when the model does not exist or may not be seen.
            Conflict: when an id is in use.
            TooLarge: above 1,000 items.
            Invalid: for a bad value; DETAIL names the item, counted from 0.

        SQL: diagram_bulk_create
        """
        return await self._caller.rows(functions.DIAGRAM_BULK_CREATE, (threat_model_id, items))

    async def create(
        self,
        threat_model_id: UUID | str,
        name: str,
        *,
        description: str | Unset | None = UNSET,
        cells: Json | Unset | None = UNSET,
        type: str | Unset | None = UNSET,
        metadata: Json | Unset | None = UNSET,
        id: UUID | str | Unset | None = UNSET,
    ) -> Diagram:
        """Creates a diagram in a model.

        Args:
            threat_model_id: the model, of which the caller must be a writer at least.
            name: 1 to 256 characters.
            description: up to 1,000,000 characters.
            cells: an array of up to 10,000 cells and 8 MB, as the editor makes them; each has an id and a
                shape.
            type: DFD-1.0.0.
            metadata: an object of keys and text values.
            id: the id to give it, so that a call whose answer was lost can be sent again; a new one if left
                out.

        Returns:
            The row.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: for a reader.
            NotFound: when the model does not exist or may not be seen.
            Conflict: when the id is in use.
            TooLarge: for too many or too large cells.
            Invalid: for a bad cell or value.

        SQL: diagram_create
        """
        return only(
            await self._caller.rows(
                functions.DIAGRAM_CREATE, (threat_model_id, name, description, cells, type, metadata, id)
            ),
            functions.DIAGRAM_CREATE,
        )

    async def delete(
        self, threat_model_id: UUID | str, diagram_id: UUID | str, *, if_modified_at: datetime | Unset | None = UNSET
    ) -> None:
        """Deletes a diagram with its metadata and that of its cells; threats in it are kept without diagram and
        cell.

        Args:
            threat_model_id: the model, of which the caller must be a writer at least.
            diagram_id: the diagram, which must be of that model.
            if_modified_at: the modified_at that the caller read; the deletion is refused if the row has moved
                on.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: for a reader.
            NotFound: when the model or the diagram does not exist or may not be seen.
            Stale: when the row has changed since.

        SQL: diagram_delete
        """
        await self._caller.rows(functions.DIAGRAM_DELETE, (threat_model_id, diagram_id, if_modified_at))

    async def get(self, threat_model_id: UUID | str, diagram_id: UUID | str) -> Diagram:
        """Returns one diagram of a model, cells included.

        Args:
            threat_model_id: the model, of which the caller must be a reader at least.
            diagram_id: the diagram, which must be of that model.

        Returns:
            The row.

        Raises:
            Unauthenticated: without a valid identity.
            NotFound: when the model or the diagram does not exist or may not be seen.

        SQL: diagram_get
        """
        return only(
            await self._caller.rows(functions.DIAGRAM_GET, (threat_model_id, diagram_id)), functions.DIAGRAM_GET
        )

    async def list(
        self,
        threat_model_id: UUID | str,
        *,
        limit: int | Unset | None = UNSET,
        after: Json | Unset | None = UNSET,
        sort: str | Unset | None = UNSET,
        filter: Json | Unset | None = UNSET,
    ) -> builtins.list[DiagramSummary]:
        """Lists the diagrams of a model, without their cells.

        Args:
            threat_model_id: the model, of which the caller must be a reader at least.
            limit: 1 to 200 diagrams; 50 by default.
            after: the last row of the page before, or just its id and the column sorted by, as a JSON object.
            sort: created_at, modified_at or name; a minus in front for the greatest first; the newest first by
                default.
            filter: an object of type (a value, an array of values) and name (a part of it, in any case).

        Returns:
            Rows with the number of cells in each.

        Raises:
            Unauthenticated: without a valid identity.
            NotFound: when the model does not exist or may not be seen.
            TooLarge: for a page that is too large.
            Invalid: for an unknown order, filter or cursor.

        SQL: diagram_list
        """
        return await self._caller.rows(functions.DIAGRAM_LIST, (threat_model_id, limit, after, sort, filter))

    async def iterate(
        self,
        threat_model_id: UUID | str,
        *,
        page_size: int = 50,
        sort: str | Unset | None = UNSET,
        filter: Json | Unset | None = UNSET,
    ) -> AsyncIterator[DiagramSummary]:
        """Lists the diagrams of a model, without their cells.

        Calls `list` for one page after the other, as rows are asked for.

        Args:
            threat_model_id: the model, of which the caller must be a reader at least.
            page_size: 1 to 200 diagrams; 50 by default.
            sort: created_at, modified_at or name; a minus in front for the greatest first; the newest first by
                default.
            filter: an object of type (a value, an array of values) and name (a part of it, in any case).

        Yields:
            Rows with the number of cells in each.

        Raises:
            Unauthenticated: without a valid identity.
            NotFound: when the model does not exist or may not be seen.
            TooLarge: for a page that is too large.
            Invalid: for an unknown order, filter or cursor.

        SQL: diagram_list
        """
        after: Any = UNSET
        while True:
            page = await self._caller.rows(functions.DIAGRAM_LIST, (threat_model_id, page_size, after, sort, filter))
            for row in page:
                yield row
            if len(page) < page_size:
                return
            after = cursor_after(page[-1], "-created_at" if sort is UNSET or sort is None else sort)

    async def patch(
        self,
        threat_model_id: UUID | str,
        diagram_id: UUID | str,
        operations: Json,
        *,
        if_modified_at: datetime | Unset | None = UNSET,
    ) -> Diagram:
        """Changes name and description of a diagram by a JSON Patch (RFC 6902).

        Args:
            threat_model_id: the model, of which the caller must be a writer at least.
            diagram_id: the diagram, which must be of that model.
            operations: an array of up to 1,000 operations, as jsonb_patch takes them; pointers are /name and
                /description; a field that is removed is cleared.
            if_modified_at: the modified_at that the caller read; the change is refused if the row has moved on.

        Returns:
            The row.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: for a reader.
            NotFound: when the model or the diagram does not exist or may not be seen.
            Conflict: when a test fails.
            Stale: when the row has changed since.
            TooLarge: above 1,000 operations.
            Invalid: for an operation that is malformed or leads elsewhere, or a bad value; DETAIL names the
                operation, counted from 0.

        SQL: diagram_patch
        """
        return only(
            await self._caller.rows(functions.DIAGRAM_PATCH, (threat_model_id, diagram_id, operations, if_modified_at)),
            functions.DIAGRAM_PATCH,
        )

    async def update(
        self,
        threat_model_id: UUID | str,
        diagram_id: UUID | str,
        changes: Json,
        *,
        if_modified_at: datetime | Unset | None = UNSET,
    ) -> Diagram:
        """Changes fields of a diagram, or the whole drawing.

        Args:
            threat_model_id: the model, of which the caller must be a writer at least.
            diagram_id: the diagram, which must be of that model.
            changes: an object of name, description, metadata (an array: what tools attach to the drawing) and
                cells (all of them, as diagram_create takes them); a key that is there is set (null clears, but
                for name and cells), one that is not is kept.
            if_modified_at: the modified_at that the caller read; the change is refused if the row has moved on.

        Returns:
            The row; threats and metadata of cells that are gone are let go.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: for a reader.
            NotFound: when the model or the diagram does not exist or may not be seen.
            Stale: when the row has changed since.
            TooLarge: for too many or too large cells.
            Invalid: for an unknown field, a bad cell or a bad value.

        SQL: diagram_update
        """
        return only(
            await self._caller.rows(functions.DIAGRAM_UPDATE, (threat_model_id, diagram_id, changes, if_modified_at)),
            functions.DIAGRAM_UPDATE,
        )


class AsyncDocuments:
    """The functions `document_...` that tmi_app may call."""

    __slots__ = ("_caller",)

    def __init__(self, caller: AsyncCaller) -> None:
        """Call by way of `caller`."""
        self._caller = caller

    async def bulk_create(self, threat_model_id: UUID | str, items: Json) -> builtins.list[Document]:
        """Creates up to 1,000 documents in one statement, all or none.

        Args:
            threat_model_id: the model, of which the caller must be a writer at least.
            items: an array of 1 to 1,000 objects with the fields that document_create takes, without p_.

        Returns:
            Rows, in the order of the items.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: for a reader.
            NotFound: when the model does not exist or may not be seen.
            Conflict: when an id is in use.
            TooLarge: above 1,000 items.
            Invalid: for a bad value; DETAIL names the item, counted from 0.

        SQL: document_bulk_create
        """
        return await self._caller.rows(functions.DOCUMENT_BULK_CREATE, (threat_model_id, items))

    async def bulk_delete(self, threat_model_id: UUID | str, items: Json) -> builtins.list[Document]:
        """Deletes up to 1,000 documents and their metadata in one statement, all or none.

        Args:
            threat_model_id: the model, of which the caller must be a writer at least.
            items: an array of 1 to 1,000 ids, or objects {id, if_modified_at} to have the call refused if the
                row has moved on.

        Returns:
            Rows as they were, in the order of the items.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: for a reader.
            NotFound: when the model or a document does not exist or may not be seen.
            Stale: when a row has changed since.
            TooLarge: above 1,000 items.
            Invalid: for an id named twice or a bad value; DETAIL names the item, counted from 0.

        SQL: document_bulk_delete
        """
        return await self._caller.rows(functions.DOCUMENT_BULK_DELETE, (threat_model_id, items))

    async def bulk_update(self, threat_model_id: UUID | str, items: Json) -> builtins.list[Document]:
        """Changes up to 1,000 documents in one statement, all or none.

        Args:
            threat_model_id: the model, of which the caller must be a writer at least.
            items: an array of 1 to 1,000 objects: id; name, url, description as far as they change (null
                clears); if_modified_at to have the call refused if the row has moved on; metadata, an object of
                keys and text values to set.

        Returns:
            Rows, in the order of the items.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: for a reader.
            NotFound: when the model or a document does not exist or may not be seen.
            Stale: when a row has changed since.
            TooLarge: above 1,000 items.
            Invalid: for an id named twice, an unknown field or a bad value; DETAIL names the item, counted from
                0.

        SQL: document_bulk_update
        """
        return await self._caller.rows(functions.DOCUMENT_BULK_UPDATE, (threat_model_id, items))

    async def create(
        self,
        threat_model_id: UUID | str,
        name: str,
        url: str,
        *,
        description: str | Unset | None = UNSET,
        metadata: Json | Unset | None = UNSET,
        id: UUID | str | Unset | None = UNSET,
    ) -> Document:
        """Creates a document in a model.

        Args:
            threat_model_id: the model, of which the caller must be a writer at least.
            name: 1 to 256 characters.
            url: up to 1,024 characters, of which the first say http, https, ssh, git or file, and ://.
            description: up to 1,000,000 characters.
            metadata: an object of keys and text values.
            id: the id to give it, so that a call whose answer was lost can be sent again; a new one if left
                out.

        Returns:
            The row.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: for a reader.
            NotFound: when the model does not exist or may not be seen.
            Conflict: when the id is in use.
            Invalid: for a bad value.

        SQL: document_create
        """
        return only(
            await self._caller.rows(functions.DOCUMENT_CREATE, (threat_model_id, name, url, description, metadata, id)),
            functions.DOCUMENT_CREATE,
        )

    async def delete(
        self, threat_model_id: UUID | str, document_id: UUID | str, *, if_modified_at: datetime | Unset | None = UNSET
    ) -> None:
        """Deletes a document and its metadata.

        Args:
            threat_model_id: the model, of which the caller must be a writer at least.
            document_id: the document, which must be of that model.
            if_modified_at: the modified_at that the caller read; the deletion is refused if the row has moved
                on.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: for a reader.
            NotFound: when the model or the document does not exist or may not be seen.
            Stale: when the row has changed since.

        SQL: document_delete
        """
        await self._caller.rows(functions.DOCUMENT_DELETE, (threat_model_id, document_id, if_modified_at))

    async def get(self, threat_model_id: UUID | str, document_id: UUID | str) -> Document:
        """Returns one document of a model.

        Args:
            threat_model_id: the model, of which the caller must be a reader at least.
            document_id: the document, which must be of that model.

        Returns:
            The row.

        Raises:
            Unauthenticated: without a valid identity.
            NotFound: when the model or the document does not exist or may not be seen.

        SQL: document_get
        """
        return only(
            await self._caller.rows(functions.DOCUMENT_GET, (threat_model_id, document_id)), functions.DOCUMENT_GET
        )

    async def list(
        self,
        threat_model_id: UUID | str,
        *,
        limit: int | Unset | None = UNSET,
        after: Json | Unset | None = UNSET,
        sort: str | Unset | None = UNSET,
        filter: Json | Unset | None = UNSET,
    ) -> builtins.list[Document]:
        """Lists the documents of a model.

        Args:
            threat_model_id: the model, of which the caller must be a reader at least.
            limit: 1 to 200 documents; 50 by default.
            after: the last row of the page before, or just its id and the column sorted by, as a JSON object.
            sort: created_at, modified_at or name; a minus in front for the greatest first; the newest first by
                default.
            filter: an object of name, url (a part of it, in any case).

        Returns:
            Rows.

        Raises:
            Unauthenticated: without a valid identity.
            NotFound: when the model does not exist or may not be seen.
            TooLarge: for a page that is too large.
            Invalid: for an unknown order, filter or cursor.

        SQL: document_list
        """
        return await self._caller.rows(functions.DOCUMENT_LIST, (threat_model_id, limit, after, sort, filter))

    async def iterate(
        self,
        threat_model_id: UUID | str,
        *,
        page_size: int = 50,
        sort: str | Unset | None = UNSET,
        filter: Json | Unset | None = UNSET,
    ) -> AsyncIterator[Document]:
        """Lists the documents of a model.

        Calls `list` for one page after the other, as rows are asked for.

        Args:
            threat_model_id: the model, of which the caller must be a reader at least.
            page_size: 1 to 200 documents; 50 by default.
            sort: created_at, modified_at or name; a minus in front for the greatest first; the newest first by
                default.
            filter: an object of name, url (a part of it, in any case).

        Yields:
            Rows.

        Raises:
            Unauthenticated: without a valid identity.
            NotFound: when the model does not exist or may not be seen.
            TooLarge: for a page that is too large.
            Invalid: for an unknown order, filter or cursor.

        SQL: document_list
        """
        after: Any = UNSET
        while True:
            page = await self._caller.rows(functions.DOCUMENT_LIST, (threat_model_id, page_size, after, sort, filter))
            for row in page:
                yield row
            if len(page) < page_size:
                return
            after = cursor_after(page[-1], "-created_at" if sort is UNSET or sort is None else sort)

    async def patch(
        self,
        threat_model_id: UUID | str,
        document_id: UUID | str,
        operations: Json,
        *,
        if_modified_at: datetime | Unset | None = UNSET,
    ) -> Document:
        """Changes a document by a JSON Patch (RFC 6902).

        Args:
            threat_model_id: the model, of which the caller must be a writer at least.
            document_id: the document, which must be of that model.
            operations: an array of up to 1,000 operations, as jsonb_patch takes them; pointers begin with
                /name, /url, /description; a field that is removed is cleared.
            if_modified_at: the modified_at that the caller read; the change is refused if the row has moved on.

        Returns:
            The row.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: for a reader.
            NotFound: when the model or the document does not exist or may not be seen.
            Conflict: when a test fails.
            Stale: when the row has changed since.
            TooLarge: above 1,000 operations.
            Invalid: for an operation that is malformed or leads elsewhere, or a bad value; DETAIL names the
                operation, counted from 0.

        SQL: document_patch
        """
        return only(
            await self._caller.rows(
                functions.DOCUMENT_PATCH, (threat_model_id, document_id, operations, if_modified_at)
            ),
            functions.DOCUMENT_PATCH,
        )

    async def update(
        self,
        threat_model_id: UUID | str,
        document_id: UUID | str,
        changes: Json,
        *,
        if_modified_at: datetime | Unset | None = UNSET,
    ) -> Document:
        """Changes fields of a document.

        Args:
            threat_model_id: the model, of which the caller must be a writer at least.
            document_id: the document, which must be of that model.
            changes: an object of name, url, description; a key that is there is set (null clears), one that is
                not is kept.
            if_modified_at: the modified_at that the caller read; the change is refused if the row has moved on.

        Returns:
            The row.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: for a reader.
            NotFound: when the model or the document does not exist or may not be seen.
            Stale: when the row has changed since.
            Invalid: for an unknown field or a bad value.

        SQL: document_update
        """
        return only(
            await self._caller.rows(functions.DOCUMENT_UPDATE, (threat_model_id, document_id, changes, if_modified_at)),
            functions.DOCUMENT_UPDATE,
        )


class AsyncMetadata:
    """The functions `metadata_...` that tmi_app may call."""

    __slots__ = ("_caller",)

    def __init__(self, caller: AsyncCaller) -> None:
        """Call by way of `caller`."""
        self._caller = caller

    async def bulk_delete(
        self, threat_model_id: UUID | str, entity_type: str, entity_id: UUID | str, keys: Sequence[str]
    ) -> builtins.list[str]:
        """Deletes up to 1,000 keys of an entity's metadata.

        Args:
            threat_model_id: the model, of which the caller must be a writer at least.
            entity_type: threat_model, threat, diagram, document, source or cell.
            entity_id: the entity, which must be of that model; for a cell what cell_entity_id returns.
            keys: 1 to 1,000 keys.

        Returns:
            Rows of text: the keys that were there.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: for a reader.
            NotFound: when the model or the entity does not exist or may not be seen.
            TooLarge: above 1,000 keys.
            Invalid: for an unknown type, or no key.

        SQL: metadata_bulk_delete
        """
        return await self._caller.rows(functions.METADATA_BULK_DELETE, (threat_model_id, entity_type, entity_id, keys))

    async def bulk_set(
        self, threat_model_id: UUID | str, entity_type: str, entity_id: UUID | str, items: Json
    ) -> builtins.list[MetadataEntry]:
        """Sets up to 1,000 keys of an entity's metadata, all or none, whether they are there already or not.

        Args:
            threat_model_id: the model, of which the caller must be a writer at least.
            entity_type: threat_model, threat, diagram, document, source or cell.
            entity_id: the entity, which must be of that model; for a cell what cell_entity_id returns.
            items: an array of 1 to 1,000 objects {key, value}.

        Returns:
            Rows, in the order of the items.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: for a reader.
            NotFound: when the model or the entity does not exist or may not be seen.
            TooLarge: above 1,000 items.
            Invalid: for an unknown type, a key that comes twice, or a bad key or value; DETAIL names the item,
                counted from 0.

        SQL: metadata_bulk_set
        """
        return await self._caller.rows(functions.METADATA_BULK_SET, (threat_model_id, entity_type, entity_id, items))

    async def delete(
        self,
        threat_model_id: UUID | str,
        entity_type: str,
        entity_id: UUID | str,
        key: str,
        *,
        if_modified_at: datetime | Unset | None = UNSET,
    ) -> None:
        """Deletes a key of an entity's metadata.

        Args:
            threat_model_id: the model, of which the caller must be a writer at least.
            entity_type: threat_model, threat, diagram, document, source or cell.
            entity_id: the entity, which must be of that model; for a cell what cell_entity_id returns.
            key: the key.
            if_modified_at: the modified_at that the caller read; the deletion is refused if the row has moved
                on.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: for a reader.
            NotFound: when the model or the entity does not exist or may not be seen, or has no such key.
            Stale: when the row has changed since.
            Invalid: for an unknown type.

        SQL: metadata_delete
        """
        await self._caller.rows(
            functions.METADATA_DELETE, (threat_model_id, entity_type, entity_id, key, if_modified_at)
        )

    async def find(
        self,
        key: str,
        *,
        value: str | Unset | None = UNSET,
        limit: int | Unset | None = UNSET,
        after: Json | Unset | None = UNSET,
    ) -> builtins.list[MetadataEntry]:
        """Finds metadata by key, or key and value, in all threat models that the caller may read.

        Args:
            key: the key.
            value: the value; any if left out.
            limit: 1 to 200 rows; 50 by default.
            after: the last row of the page before, or just its id, as a JSON object.

        Returns:
            Rows, by id.

        Raises:
            Unauthenticated: without a valid identity.
            TooLarge: for a page that is too large.
            Invalid: for a bad cursor.

        SQL: metadata_find
        """
        return await self._caller.rows(functions.METADATA_FIND, (key, value, limit, after))

    async def iterate_find(
        self, key: str, *, value: str | Unset | None = UNSET, page_size: int = 50
    ) -> AsyncIterator[MetadataEntry]:
        """Finds metadata by key, or key and value, in all threat models that the caller may read.

        Calls `find` for one page after the other, as rows are asked for.

        Args:
            key: the key.
            value: the value; any if left out.
            page_size: 1 to 200 rows; 50 by default.

        Yields:
            Rows, by id.

        Raises:
            Unauthenticated: without a valid identity.
            TooLarge: for a page that is too large.
            Invalid: for a bad cursor.

        SQL: metadata_find
        """
        after: Any = UNSET
        while True:
            page = await self._caller.rows(functions.METADATA_FIND, (key, value, page_size, after))
            for row in page:
                yield row
            if len(page) < page_size:
                return
            after = page[-1]

    async def get(
        self, threat_model_id: UUID | str, entity_type: str, entity_id: UUID | str, key: str
    ) -> MetadataEntry:
        """Returns one key of an entity's metadata.

        Args:
            threat_model_id: the model, of which the caller must be a reader at least.
            entity_type: threat_model, threat, diagram, document, source or cell.
            entity_id: the entity, which must be of that model; for a cell what cell_entity_id returns.
            key: the key.

        Returns:
            The row.

        Raises:
            Unauthenticated: without a valid identity.
            NotFound: when the model or the entity does not exist or may not be seen, or has no such key.
            Invalid: for an unknown type.

        SQL: metadata_get
        """
        return only(
            await self._caller.rows(functions.METADATA_GET, (threat_model_id, entity_type, entity_id, key)),
            functions.METADATA_GET,
        )

    async def keys(self, threat_model_id: UUID | str, entity_type: str, entity_id: UUID | str) -> builtins.list[str]:
        """Lists the keys of an entity's metadata.

        Args:
            threat_model_id: the model, of which the caller must be a reader at least.
            entity_type: threat_model, threat, diagram, document, source or cell.
            entity_id: the entity, which must be of that model; for a cell what cell_entity_id returns.

        Returns:
            Rows of text.

        Raises:
            Unauthenticated: without a valid identity.
            NotFound: when the model or the entity does not exist or may not be seen.
            Invalid: for an unknown type.

        SQL: metadata_keys
        """
        return await self._caller.rows(functions.METADATA_KEYS, (threat_model_id, entity_type, entity_id))

    async def list(
        self,
        threat_model_id: UUID | str,
        entity_type: str,
        entity_id: UUID | str,
        *,
        limit: int | Unset | None = UNSET,
        after: Json | Unset | None = UNSET,
    ) -> builtins.list[MetadataEntry]:
        """Lists an entity's metadata by key.

        Args:
            threat_model_id: the model, of which the caller must be a reader at least.
            entity_type: threat_model, threat, diagram, document, source or cell.
            entity_id: the entity, which must be of that model; for a cell what cell_entity_id returns.
            limit: 1 to 200 keys; 50 by default.
            after: the last row of the page before, or just its key, as a JSON object.

        Returns:
            Rows.

        Raises:
            Unauthenticated: without a valid identity.
            NotFound: when the model or the entity does not exist or may not be seen.
            TooLarge: for a page that is too large.
            Invalid: for an unknown type or a bad cursor.

        SQL: metadata_list
        """
        return await self._caller.rows(functions.METADATA_LIST, (threat_model_id, entity_type, entity_id, limit, after))

    async def iterate(
        self, threat_model_id: UUID | str, entity_type: str, entity_id: UUID | str, *, page_size: int = 50
    ) -> AsyncIterator[MetadataEntry]:
        """Lists an entity's metadata by key.

        Calls `list` for one page after the other, as rows are asked for.

        Args:
            threat_model_id: the model, of which the caller must be a reader at least.
            entity_type: threat_model, threat, diagram, document, source or cell.
            entity_id: the entity, which must be of that model; for a cell what cell_entity_id returns.
            page_size: 1 to 200 keys; 50 by default.

        Yields:
            Rows.

        Raises:
            Unauthenticated: without a valid identity.
            NotFound: when the model or the entity does not exist or may not be seen.
            TooLarge: for a page that is too large.
            Invalid: for an unknown type or a bad cursor.

        SQL: metadata_list
        """
        after: Any = UNSET
        while True:
            page = await self._caller.rows(
                functions.METADATA_LIST, (threat_model_id, entity_type, entity_id, page_size, after)
            )
            for row in page:
                yield row
            if len(page) < page_size:
                return
            after = page[-1]

    async def replace(
        self, threat_model_id: UUID | str, entity_type: str, entity_id: UUID | str, items: Json
    ) -> builtins.list[MetadataEntry]:
        """Replaces all metadata of an entity; rows that stay as they are keep when they were set.

        Args:
            threat_model_id: the model, of which the caller must be a writer at least.
            entity_type: threat_model, threat, diagram, document, source or cell.
            entity_id: the entity, which must be of that model; for a cell what cell_entity_id returns.
            items: an array of up to 1,000 objects {key, value}; an empty one deletes all.

        Returns:
            Rows, by key.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: for a reader.
            NotFound: when the model or the entity does not exist or may not be seen.
            TooLarge: above 1,000 items.
            Invalid: for an unknown type, a key that comes twice, or a bad key or value; DETAIL names the item,
                counted from 0.

        SQL: metadata_replace
        """
        return await self._caller.rows(functions.METADATA_REPLACE, (threat_model_id, entity_type, entity_id, items))

    async def set(
        self, threat_model_id: UUID | str, entity_type: str, entity_id: UUID | str, key: str, value: str
    ) -> MetadataEntry:
        """Sets a key of an entity's metadata, whether it is there already or not.

        Args:
            threat_model_id: the model, of which the caller must be a writer at least.
            entity_type: threat_model, threat, diagram, document, source or cell.
            entity_id: the entity, which must be of that model; for a cell what cell_entity_id returns.
            key: 1 to 128 letters, digits, dashes or underscores.
            value: 1 to 65,535 characters.

        Returns:
            The row.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: for a reader.
            NotFound: when the model or the entity does not exist or may not be seen.
            Invalid: for an unknown type, or a bad key or value.

        SQL: metadata_set
        """
        return only(
            await self._caller.rows(functions.METADATA_SET, (threat_model_id, entity_type, entity_id, key, value)),
            functions.METADATA_SET,
        )

    async def update(
        self,
        threat_model_id: UUID | str,
        entity_type: str,
        entity_id: UUID | str,
        key: str,
        value: str,
        *,
        if_modified_at: datetime | Unset | None = UNSET,
    ) -> MetadataEntry:
        """Changes the value of a key that is there.

        Args:
            threat_model_id: the model, of which the caller must be a writer at least.
            entity_type: threat_model, threat, diagram, document, source or cell.
            entity_id: the entity, which must be of that model; for a cell what cell_entity_id returns.
            key: the key.
            value: 1 to 65,535 characters.
            if_modified_at: the modified_at that the caller read; the change is refused if the row has moved on.

        Returns:
            The row.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: for a reader.
            NotFound: when the model or the entity does not exist or may not be seen, or has no such key.
            Stale: when the row has changed since.
            Invalid: for an unknown type or a bad value.

        SQL: metadata_update
        """
        return only(
            await self._caller.rows(
                functions.METADATA_UPDATE, (threat_model_id, entity_type, entity_id, key, value, if_modified_at)
            ),
            functions.METADATA_UPDATE,
        )


class AsyncSessions:
    """The functions `session_...` that tmi_app may call."""

    __slots__ = ("_caller",)

    def __init__(self, caller: AsyncCaller) -> None:
        """Call by way of `caller`."""
        self._caller = caller

    async def create(
        self,
        threat_model_id: UUID | str,
        websocket_url: str,
        *,
        diagram_id: UUID | str | Unset | None = UNSET,
        ttl: timedelta | Unset | None = UNSET,
        id: UUID | str | Unset | None = UNSET,
    ) -> CollaborationSession:
        """Opens a session on a diagram, or on a model as a whole; the caller is its host and first participant.

        Args:
            threat_model_id: the model, of which the caller must be a reader at least.
            websocket_url: where clients connect, up to 1,024 characters.
            diagram_id: the diagram, which must be of that model; None for the model as a whole. Each diagram
                has one open session at a time, and so has the model as a whole; one that has expired is ended
                first.
            ttl: how long the session lives without a sign of life, 1 minute to 24 hours; 1 hour by default.
            id: the id to give it, so that a call whose answer was lost can be sent again; a new one if left
                out.

        Returns:
            The row.

        Raises:
            Unauthenticated: without a valid identity.
            NotFound: when the model or the diagram does not exist or may not be seen.
            Conflict: when a session is open, with DETAIL 'session: <id>', or when the id is in use.
            Invalid: for a bad address or duration.

        SQL: session_create
        """
        return only(
            await self._caller.rows(functions.SESSION_CREATE, (threat_model_id, websocket_url, diagram_id, ttl, id)),
            functions.SESSION_CREATE,
        )

    async def end(self, threat_model_id: UUID | str, session_id: UUID | str) -> CollaborationSession:
        """Ends a session, and everybody's participation in it; one that has ended already stays as it is.

        Args:
            threat_model_id: the model, of which the caller must be an owner, or a reader at least who is the
                session's host.
            session_id: the session, which must be of that model.

        Returns:
            The row.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: for others than the host and owners.
            NotFound: when the model or the session does not exist or may not be seen.

        SQL: session_end
        """
        return only(
            await self._caller.rows(functions.SESSION_END, (threat_model_id, session_id)), functions.SESSION_END
        )

    async def get(
        self, threat_model_id: UUID | str, *, diagram_id: UUID | str | Unset | None = UNSET
    ) -> CollaborationSession:
        """Returns the open session of a diagram, or of a model as a whole.

        Args:
            threat_model_id: the model, of which the caller must be a reader at least.
            diagram_id: the diagram; None for the session of the model as a whole.

        Returns:
            The row.

        Raises:
            Unauthenticated: without a valid identity.
            NotFound: when the model does not exist or may not be seen, or no session is open there.

        SQL: session_get
        """
        return only(
            await self._caller.rows(functions.SESSION_GET, (threat_model_id, diagram_id)), functions.SESSION_GET
        )

    async def join(self, threat_model_id: UUID | str, session_id: UUID | str) -> SessionParticipant:
        """Takes part in a session; whoever is in it already stays so. It is a sign of life as session_touch is.

        Args:
            threat_model_id: the model, of which the caller must be a reader at least.
            session_id: the session, which must be of that model.

        Returns:
            The row of the participation.

        Raises:
            Unauthenticated: without a valid identity.
            NotFound: when the model or the session does not exist or may not be seen.
            Conflict: when the session has ended.

        SQL: session_join
        """
        return only(
            await self._caller.rows(functions.SESSION_JOIN, (threat_model_id, session_id)), functions.SESSION_JOIN
        )

    async def leave(self, threat_model_id: UUID | str, session_id: UUID | str) -> CollaborationSession:
        """Ends the caller's participation in a session; leaving twice is no error. When the host leaves, the
        writer or owner who has been in it longest is the next one; with none, the session ends.

        Args:
            threat_model_id: the model, of which the caller must be a reader at least.
            session_id: the session, which must be of that model.

        Returns:
            The row of the session, with its host, or when it ended.

        Raises:
            Unauthenticated: without a valid identity.
            NotFound: when the model or the session does not exist or may not be seen, or the caller was never
                in it.

        SQL: session_leave
        """
        return only(
            await self._caller.rows(functions.SESSION_LEAVE, (threat_model_id, session_id)), functions.SESSION_LEAVE
        )

    async def list(self) -> builtins.list[OpenSession]:
        """Lists the open sessions of all models that the caller may read.

        Returns:
            Rows, the newest first, with the names of model and diagram, how many are in it, and the caller's
            role in the model.

        Raises:
            Unauthenticated: without a valid identity.

        SQL: session_list
        """
        return await self._caller.rows(functions.SESSION_LIST, ())

    async def participants(self, threat_model_id: UUID | str, session_id: UUID | str) -> builtins.list[Participant]:
        """Lists who is in a session now, with the role of each in the model.

        Args:
            threat_model_id: the model, of which the caller must be a reader at least.
            session_id: the session, which must be of that model.

        Returns:
            Rows, the first to come first; none for a session that has ended.

        Raises:
            Unauthenticated: without a valid identity.
            NotFound: when the model or the session does not exist or may not be seen.

        SQL: session_participants
        """
        return await self._caller.rows(functions.SESSION_PARTICIPANTS, (threat_model_id, session_id))

    async def touch(self, threat_model_id: UUID | str, session_id: UUID | str) -> CollaborationSession:
        """Gives a sign of life in a session, which lives on for the duration that it was created with.

        Args:
            threat_model_id: the model, of which the caller must be a reader at least.
            session_id: the session, which must be of that model.

        Returns:
            The row of the session.

        Raises:
            Unauthenticated: without a valid identity.
            NotFound: when the model or the session does not exist or may not be seen, or the caller is not in
                it.
            Conflict: when the session has ended.

        SQL: session_touch
        """
        return only(
            await self._caller.rows(functions.SESSION_TOUCH, (threat_model_id, session_id)), functions.SESSION_TOUCH
        )


class AsyncSources:
    """The functions `source_...` that tmi_app may call."""

    __slots__ = ("_caller",)

    def __init__(self, caller: AsyncCaller) -> None:
        """Call by way of `caller`."""
        self._caller = caller

    async def bulk_create(self, threat_model_id: UUID | str, items: Json) -> builtins.list[Source]:
        """Creates up to 1,000 sources in one statement, all or none.

        Args:
            threat_model_id: the model, of which the caller must be a writer at least.
            items: an array of 1 to 1,000 objects with the fields that source_create takes, without p_.

        Returns:
            Rows, in the order of the items.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: for a reader.
            NotFound: when the model does not exist or may not be seen.
            Conflict: when an id is in use.
            TooLarge: above 1,000 items.
            Invalid: for a bad value; DETAIL names the item, counted from 0.

        SQL: source_bulk_create
        """
        return await self._caller.rows(functions.SOURCE_BULK_CREATE, (threat_model_id, items))

    async def bulk_delete(self, threat_model_id: UUID | str, items: Json) -> builtins.list[Source]:
        """Deletes up to 1,000 sources and their metadata in one statement, all or none.

        Args:
            threat_model_id: the model, of which the caller must be a writer at least.
            items: an array of 1 to 1,000 ids, or objects {id, if_modified_at} to have the call refused if the
                row has moved on.

        Returns:
            Rows as they were, in the order of the items.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: for a reader.
            NotFound: when the model or a source does not exist or may not be seen.
            Stale: when a row has changed since.
            TooLarge: above 1,000 items.
            Invalid: for an id named twice or a bad value; DETAIL names the item, counted from 0.

        SQL: source_bulk_delete
        """
        return await self._caller.rows(functions.SOURCE_BULK_DELETE, (threat_model_id, items))

    async def bulk_update(self, threat_model_id: UUID | str, items: Json) -> builtins.list[Source]:
        """Changes up to 1,000 sources in one statement, all or none.

        Args:
            threat_model_id: the model, of which the caller must be a writer at least.
            items: an array of 1 to 1,000 objects: id; name, url, description, type, parameters as far as they
                change (null clears); if_modified_at to have the call refused if the row has moved on; metadata,
                an object of keys and text values to set.

        Returns:
            Rows, in the order of the items.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: for a reader.
            NotFound: when the model or a source does not exist or may not be seen.
            Stale: when a row has changed since.
            TooLarge: above 1,000 items.
            Invalid: for an id named twice, an unknown field or a bad value; DETAIL names the item, counted from
                0.

        SQL: source_bulk_update
        """
        return await self._caller.rows(functions.SOURCE_BULK_UPDATE, (threat_model_id, items))

    async def create(
        self,
        threat_model_id: UUID | str,
        name: str,
        url: str,
        *,
        description: str | Unset | None = UNSET,
        type: str | Unset | None = UNSET,
        parameters: Json | Unset | None = UNSET,
        metadata: Json | Unset | None = UNSET,
        id: UUID | str | Unset | None = UNSET,
    ) -> Source:
        """Creates a source in a model.

        Args:
            threat_model_id: the model, of which the caller must be a writer at least.
            name: 1 to 256 characters.
            url: up to 1,024 characters, of which the first say http, https, ssh, git or file, and ://.
            description: up to 1,000,000 characters.
            type: git, svn, mercurial or other.
            parameters: what of the repository is meant: an object of refType (branch, tag or commit), refValue
                and subPath, each up to 1,024 characters.
            metadata: an object of keys and text values.
            id: the id to give it, so that a call whose answer was lost can be sent again; a new one if left
                out.

        Returns:
            The row.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: for a reader.
            NotFound: when the model does not exist or may not be seen.
            Conflict: when the id is in use.
            Invalid: for a bad value.

        SQL: source_create
        """
        return only(
            await self._caller.rows(
                functions.SOURCE_CREATE, (threat_model_id, name, url, description, type, parameters, metadata, id)
            ),
            functions.SOURCE_CREATE,
        )

    async def delete(
        self, threat_model_id: UUID | str, source_id: UUID | str, *, if_modified_at: datetime | Unset | None = UNSET
    ) -> None:
        """Deletes a source and its metadata.

        Args:
            threat_model_id: the model, of which the caller must be a writer at least.
            source_id: the source, which must be of that model.
            if_modified_at: the modified_at that the caller read; the deletion is refused if the row has moved
                on.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: for a reader.
            NotFound: when the model or the source does not exist or may not be seen.
            Stale: when the row has changed since.

        SQL: source_delete
        """
        await self._caller.rows(functions.SOURCE_DELETE, (threat_model_id, source_id, if_modified_at))

    async def get(self, threat_model_id: UUID | str, source_id: UUID | str) -> Source:
        """Returns one source of a model.

        Args:
            threat_model_id: the model, of which the caller must be a reader at least.
            source_id: the source, which must be of that model.

        Returns:
            The row.

        Raises:
            Unauthenticated: without a valid identity.
            NotFound: when the model or the source does not exist or may not be seen.

        SQL: source_get
        """
        return only(await self._caller.rows(functions.SOURCE_GET, (threat_model_id, source_id)), functions.SOURCE_GET)

    async def list(
        self,
        threat_model_id: UUID | str,
        *,
        limit: int | Unset | None = UNSET,
        after: Json | Unset | None = UNSET,
        sort: str | Unset | None = UNSET,
        filter: Json | Unset | None = UNSET,
    ) -> builtins.list[Source]:
        """Lists the sources of a model.

        Args:
            threat_model_id: the model, of which the caller must be a reader at least.
            limit: 1 to 200 sources; 50 by default.
            after: the last row of the page before, or just its id and the column sorted by, as a JSON object.
            sort: created_at, modified_at or name; a minus in front for the greatest first; the newest first by
                default.
            filter: an object of type (a value, an array of values, or null), name, url (a part of it, in any
                case).

        Returns:
            Rows.

        Raises:
            Unauthenticated: without a valid identity.
            NotFound: when the model does not exist or may not be seen.
            TooLarge: for a page that is too large.
            Invalid: for an unknown order, filter or cursor.

        SQL: source_list
        """
        return await self._caller.rows(functions.SOURCE_LIST, (threat_model_id, limit, after, sort, filter))

    async def iterate(
        self,
        threat_model_id: UUID | str,
        *,
        page_size: int = 50,
        sort: str | Unset | None = UNSET,
        filter: Json | Unset | None = UNSET,
    ) -> AsyncIterator[Source]:
        """Lists the sources of a model.

        Calls `list` for one page after the other, as rows are asked for.

        Args:
            threat_model_id: the model, of which the caller must be a reader at least.
            page_size: 1 to 200 sources; 50 by default.
            sort: created_at, modified_at or name; a minus in front for the greatest first; the newest first by
                default.
            filter: an object of type (a value, an array of values, or null), name, url (a part of it, in any
                case).

        Yields:
            Rows.

        Raises:
            Unauthenticated: without a valid identity.
            NotFound: when the model does not exist or may not be seen.
            TooLarge: for a page that is too large.
            Invalid: for an unknown order, filter or cursor.

        SQL: source_list
        """
        after: Any = UNSET
        while True:
            page = await self._caller.rows(functions.SOURCE_LIST, (threat_model_id, page_size, after, sort, filter))
            for row in page:
                yield row
            if len(page) < page_size:
                return
            after = cursor_after(page[-1], "-created_at" if sort is UNSET or sort is None else sort)

    async def patch(
        self,
        threat_model_id: UUID | str,
        source_id: UUID | str,
        operations: Json,
        *,
        if_modified_at: datetime | Unset | None = UNSET,
    ) -> Source:
        """Changes a source by a JSON Patch (RFC 6902).

        Args:
            threat_model_id: the model, of which the caller must be a writer at least.
            source_id: the source, which must be of that model.
            operations: an array of up to 1,000 operations, as jsonb_patch takes them; pointers begin with
                /name, /url, /description, /type, /parameters; a field that is removed is cleared.
            if_modified_at: the modified_at that the caller read; the change is refused if the row has moved on.

        Returns:
            The row.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: for a reader.
            NotFound: when the model or the source does not exist or may not be seen.
            Conflict: when a test fails.
            Stale: when the row has changed since.
            TooLarge: above 1,000 operations.
            Invalid: for an operation that is malformed or leads elsewhere, or a bad value; DETAIL names the
                operation, counted from 0.

        SQL: source_patch
        """
        return only(
            await self._caller.rows(functions.SOURCE_PATCH, (threat_model_id, source_id, operations, if_modified_at)),
            functions.SOURCE_PATCH,
        )

    async def update(
        self,
        threat_model_id: UUID | str,
        source_id: UUID | str,
        changes: Json,
        *,
        if_modified_at: datetime | Unset | None = UNSET,
    ) -> Source:
        """Changes fields of a source.

        Args:
            threat_model_id: the model, of which the caller must be a writer at least.
            source_id: the source, which must be of that model.
            changes: an object of name, url, description, type, parameters; a key that is there is set (null
                clears), one that is not is kept.
            if_modified_at: the modified_at that the caller read; the change is refused if the row has moved on.

        Returns:
            The row.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: for a reader.
            NotFound: when the model or the source does not exist or may not be seen.
            Stale: when the row has changed since.
            Invalid: for an unknown field or a bad value.

        SQL: source_update
        """
        return only(
            await self._caller.rows(functions.SOURCE_UPDATE, (threat_model_id, source_id, changes, if_modified_at)),
            functions.SOURCE_UPDATE,
        )


class AsyncThreatModels:
    """The functions `threat_model_...` that tmi_app may call."""

    __slots__ = ("_caller",)

    def __init__(self, caller: AsyncCaller) -> None:
        """Call by way of `caller`."""
        self._caller = caller

    async def copy(
        self,
        threat_model_id: UUID | str,
        name: str,
        *,
        include: Sequence[str] | Unset | None = UNSET,
        id: UUID | str | Unset | None = UNSET,
    ) -> ThreatModel:
        """Copies a threat model: new ids, references kept, owned by the caller; access and sessions are not
        copied.

        Args:
            threat_model_id: the model, of which the caller must be a reader at least.
            name: the copy's name, 1 to 256 characters.
            include: which parts to copy beside the model's own fields: metadata, threats, diagrams, documents,
                sources; all by default. Threats whose diagram is left out point nowhere.
            id: the id to give the copy, so that a call whose answer was lost can be sent again; a new one if
                left out.

        Returns:
            The row of the copy, with the caller's role.

        Raises:
            Unauthenticated: without a valid identity.
            NotFound: when the model does not exist or may not be seen.
            Conflict: when the id is in use.
            Invalid: for an unknown part.

        SQL: threat_model_copy
        """
        return only(
            await self._caller.rows(functions.THREAT_MODEL_COPY, (threat_model_id, name, include, id)),
            functions.THREAT_MODEL_COPY,
        )

    async def create(
        self,
        name: str,
        *,
        description: str | Unset | None = UNSET,
        threat_model_framework: str | Unset | None = UNSET,
        issue_url: str | Unset | None = UNSET,
        access: Json | Unset | None = UNSET,
        metadata: Json | Unset | None = UNSET,
        id: UUID | str | Unset | None = UNSET,
    ) -> ThreatModel:
        """Creates a threat model, of which the caller becomes owner and creator.

        Args:
            name: 1 to 256 characters.
            description: up to 1,000,000 characters.
            threat_model_framework: CIA, STRIDE, LINDDUN, DIE or PLOT4ai.
            issue_url: up to 1,024 characters.
            access: who else may use it, an array of objects {email, role}; an entry for the caller is passed
                over, since nothing can lower the owner.
            metadata: an object of keys and text values.
            id: the id to give it, so that a call whose answer was lost can be sent again; a new one if left
                out.

        Returns:
            The row, with the caller's role.

        Raises:
            Unauthenticated: without a valid identity.
            Conflict: when the id is in use.
            Invalid: for an access entry without a user, a bad role or metadata key.

        SQL: threat_model_create
        """
        return only(
            await self._caller.rows(
                functions.THREAT_MODEL_CREATE,
                (name, description, threat_model_framework, issue_url, access, metadata, id),
            ),
            functions.THREAT_MODEL_CREATE,
        )

    async def delete(
        self,
        threat_model_id: UUID | str,
        *,
        if_modified_at: datetime | Unset | None = UNSET,
        force: bool | Unset | None = UNSET,
    ) -> DeletedThreatModel:
        """Deletes a threat model with everything in it: threats, diagrams, documents, sources, metadata of every
        level, sessions and access.

        Args:
            threat_model_id: the model, of which the caller must be an owner.
            if_modified_at: the modified_at that the caller read; the deletion is refused if the row has moved
                on.
            force: true to delete it even while people are at work in one of its sessions.

        Returns:
            The row of how many rows of each kind were deleted.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: below owner.
            NotFound: when the model does not exist or may not be seen.
            Conflict: while a session with participants is open.
            Stale: when the row has changed since.

        SQL: threat_model_delete
        """
        return only(
            await self._caller.rows(functions.THREAT_MODEL_DELETE, (threat_model_id, if_modified_at, force)),
            functions.THREAT_MODEL_DELETE,
        )

    async def document(self, threat_model_id: UUID | str, *, include: Sequence[str] | Unset | None = UNSET) -> Any:
        """Returns a threat model and everything in it as one JSON document.

        Args:
            threat_model_id: the model, of which the caller must be a reader at least.
            include: which parts to put in beside the model's own fields: access, metadata, threats, diagrams
                (with their cells), documents, sources; all by default.

        Returns:
            An object of the model's columns, the caller's role, and an array for each part, in the order of
            creation.

        Raises:
            Unauthenticated: without a valid identity.
            NotFound: when the model does not exist or may not be seen.
            Invalid: for an unknown part.

        SQL: threat_model_document
        """
        return only(
            await self._caller.rows(functions.THREAT_MODEL_DOCUMENT, (threat_model_id, include)),
            functions.THREAT_MODEL_DOCUMENT,
        )

    async def get(self, threat_model_id: UUID | str) -> ThreatModel:
        """Returns one threat model with its cached counts and the caller's role in it.

        Args:
            threat_model_id: the model, of which the caller must be a reader at least.

        Returns:
            The row.

        Raises:
            Unauthenticated: without a valid identity.
            NotFound: when the model does not exist or may not be seen.

        SQL: threat_model_get
        """
        return only(await self._caller.rows(functions.THREAT_MODEL_GET, (threat_model_id,)), functions.THREAT_MODEL_GET)

    async def import_(
        self, document: Json, *, format: str | Unset | None = UNSET, options: Json | Unset | None = UNSET
    ) -> Any:
        """Imports a whole document as a new threat model that the caller owns: diagrams, cells and threats. Access
        is never taken from a document.

        Args:
            document: the document, up to 64 MB.
            format: auto, or threat-dragon-v2.
            options: an object of id (the id to give the model, so that a call whose answer was lost can be sent
                again), name (instead of the document's title) and dry_run (true to try it and keep nothing).

        Returns:
            An object of threat_model_id, created (numbers of diagrams, cells and threats), warnings (an array
            of path, code and message) and dry_run.

        Raises:
            Unauthenticated: without a valid identity.
            Conflict: when the id is in use.
            TooLarge: for a document above 64 MB or nested more than 100 deep.
            Invalid: for an unknown format or option, or a document whose JSON path is named.

        SQL: threat_model_import
        """
        return only(
            await self._caller.rows(functions.THREAT_MODEL_IMPORT, (document, format, options)),
            functions.THREAT_MODEL_IMPORT,
        )

    async def list(
        self,
        *,
        limit: int | Unset | None = UNSET,
        after: Json | Unset | None = UNSET,
        sort: str | Unset | None = UNSET,
        filter: Json | Unset | None = UNSET,
    ) -> builtins.list[ThreatModel]:
        """Lists the threat models that the caller may read, with their cached counts and his role in each.

        Args:
            limit: 1 to 200 models; 50 by default.
            after: the last row of the page before, or just its id and the column sorted by, as a JSON object.
            sort: created_at, modified_at or name; a minus in front for the greatest first; the newest first by
                default.
            filter: an object of owner_email, created_by, threat_model_framework, issue_url (a value, an array
                of values, or null), name (a part of it, in any case), role, created_after, created_before,
                modified_after, modified_before, metadata_key (a key of the model's own metadata),
                metadata_value (the value of that key).

        Returns:
            Rows.

        Raises:
            Unauthenticated: without a valid identity.
            TooLarge: for a page that is too large.
            Invalid: for an unknown order, filter or cursor.

        SQL: threat_model_list
        """
        return await self._caller.rows(functions.THREAT_MODEL_LIST, (limit, after, sort, filter))

    async def iterate(
        self, *, page_size: int = 50, sort: str | Unset | None = UNSET, filter: Json | Unset | None = UNSET
    ) -> AsyncIterator[ThreatModel]:
        """Lists the threat models that the caller may read, with their cached counts and his role in each.

        Calls `list` for one page after the other, as rows are asked for.

        Args:
            page_size: 1 to 200 models; 50 by default.
            sort: created_at, modified_at or name; a minus in front for the greatest first; the newest first by
                default.
            filter: an object of owner_email, created_by, threat_model_framework, issue_url (a value, an array
                of values, or null), name (a part of it, in any case), role, created_after, created_before,
                modified_after, modified_before, metadata_key (a key of the model's own metadata),
                metadata_value (the value of that key).

        Yields:
            Rows.

        Raises:
            Unauthenticated: without a valid identity.
            TooLarge: for a page that is too large.
            Invalid: for an unknown order, filter or cursor.

        SQL: threat_model_list
        """
        after: Any = UNSET
        while True:
            page = await self._caller.rows(functions.THREAT_MODEL_LIST, (page_size, after, sort, filter))
            for row in page:
                yield row
            if len(page) < page_size:
                return
            after = cursor_after(page[-1], "-created_at" if sort is UNSET or sort is None else sort)

    async def patch(
        self, threat_model_id: UUID | str, operations: Json, *, if_modified_at: datetime | Unset | None = UNSET
    ) -> ThreatModel:
        """Changes fields of a threat model by a JSON Patch (RFC 6902).

        Args:
            threat_model_id: the model, of which the caller must be a writer at least.
            operations: an array of up to 1,000 operations, as jsonb_patch takes them; pointers are /name,
                /description, /threat_model_framework and /issue_url; a field that is removed is cleared.
            if_modified_at: the modified_at that the caller read; the change is refused if the row has moved on.

        Returns:
            The row.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: for a reader.
            NotFound: when the model does not exist or may not be seen.
            Conflict: when a test fails.
            Stale: when the row has changed since.
            TooLarge: above 1,000 operations.
            Invalid: for an operation that is malformed or leads elsewhere, or a bad value; DETAIL names the
                operation, counted from 0.

        SQL: threat_model_patch
        """
        return only(
            await self._caller.rows(functions.THREAT_MODEL_PATCH, (threat_model_id, operations, if_modified_at)),
            functions.THREAT_MODEL_PATCH,
        )

    async def search(
        self, query: str, *, limit: int | Unset | None = UNSET, after: Json | Unset | None = UNSET
    ) -> builtins.list[FoundThreatModel]:
        """Searches the threat models that the caller may read for words in names, descriptions, threats,
        mitigations, diagrams, documents, sources and metadata values.

        Args:
            query: one or more words, in any case; all must occur in the same place.
            limit: 1 to 200 models; 50 by default.
            after: the last row of the page before, or just its id and created_at, as a JSON object.

        Returns:
            Rows, the newest model first, with the caller's role and where the words were found: threat_model,
            threat, diagram, document, source, metadata, separated by commas.

        Raises:
            Unauthenticated: without a valid identity.
            TooLarge: for a page that is too large.
            Invalid: for a query without a word or a bad cursor.

        SQL: threat_model_search
        """
        return await self._caller.rows(functions.THREAT_MODEL_SEARCH, (query, limit, after))

    async def iterate_search(self, query: str, *, page_size: int = 50) -> AsyncIterator[FoundThreatModel]:
        """Searches the threat models that the caller may read for words in names, descriptions, threats,
        mitigations, diagrams, documents, sources and metadata values.

        Calls `search` for one page after the other, as rows are asked for.

        Args:
            query: one or more words, in any case; all must occur in the same place.
            page_size: 1 to 200 models; 50 by default.

        Yields:
            Rows, the newest model first, with the caller's role and where the words were found: threat_model,
            threat, diagram, document, source, metadata, separated by commas.

        Raises:
            Unauthenticated: without a valid identity.
            TooLarge: for a page that is too large.
            Invalid: for a query without a word or a bad cursor.

        SQL: threat_model_search
        """
        after: Any = UNSET
        while True:
            page = await self._caller.rows(functions.THREAT_MODEL_SEARCH, (query, page_size, after))
            for row in page:
                yield row
            if len(page) < page_size:
                return
            after = page[-1]

    async def transfer(self, threat_model_id: UUID | str, new_owner_email: str) -> ThreatModel:
        """Makes somebody else the owner of record of a threat model; the one who was it stays as an owner.

        Args:
            threat_model_id: the model, of which the caller must be an owner.
            new_owner_email: the address of an existing user; the owner of record himself changes nothing.

        Returns:
            The row, with the caller's role.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: below owner.
            NotFound: when the model does not exist or may not be seen.
            Invalid: when nobody has the address.

        SQL: threat_model_transfer
        """
        return only(
            await self._caller.rows(functions.THREAT_MODEL_TRANSFER, (threat_model_id, new_owner_email)),
            functions.THREAT_MODEL_TRANSFER,
        )

    async def update(
        self, threat_model_id: UUID | str, changes: Json, *, if_modified_at: datetime | Unset | None = UNSET
    ) -> ThreatModel:
        """Changes fields of a threat model.

        Args:
            threat_model_id: the model, of which the caller must be a writer at least.
            changes: an object of name, description, threat_model_framework, issue_url; a key that is there is
                set (null clears), one that is not is kept.
            if_modified_at: the modified_at that the caller read; the change is refused if the row has moved on.

        Returns:
            The row.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: for a reader.
            NotFound: when the model does not exist or may not be seen.
            Stale: when the row has changed since.
            Invalid: for an unknown field or a bad value.

        SQL: threat_model_update
        """
        return only(
            await self._caller.rows(functions.THREAT_MODEL_UPDATE, (threat_model_id, changes, if_modified_at)),
            functions.THREAT_MODEL_UPDATE,
        )


class AsyncThreats:
    """The functions `threat_...` that tmi_app may call."""

    __slots__ = ("_caller",)

    def __init__(self, caller: AsyncCaller) -> None:
        """Call by way of `caller`."""
        self._caller = caller

    async def batch_patch(
        self, threat_model_id: UUID | str, patches: Json, *, atomic: bool | Unset | None = UNSET
    ) -> builtins.list[PatchOutcome]:
        """Changes up to 1,000 threats by a JSON Patch (RFC 6902) each.

        Args:
            threat_model_id: the model, of which the caller must be a writer at least.
            patches: an array of 1 to 1,000 objects {id, operations, if_modified_at}, each as threat_patch takes
                them.
            atomic: false to let each patch succeed or fail by itself; true for all or none.

        Returns:
            Rows, in the order of the patches: its index, counted from 0; the threat's id; whether it succeeded;
            the threat as it is now, as JSON; or the SQLSTATE, message and DETAIL of what threat_patch would
            have raised.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: for a reader.
            NotFound: when the model does not exist or may not be seen.
            TooLarge: above 1,000 patches.
            Invalid: for patches that are malformed or name a threat twice; if atomic, what the first failing
                patch raises, and DETAIL names it, counted from 0.

        SQL: threat_batch_patch
        """
        return await self._caller.rows(functions.THREAT_BATCH_PATCH, (threat_model_id, patches, atomic))

    async def bulk_create(self, threat_model_id: UUID | str, items: Json) -> builtins.list[Threat]:
        """Creates up to 1,000 threats in one statement, all or none.

        Args:
            threat_model_id: the model, of which the caller must be a writer at least.
            items: an array of 1 to 1,000 objects with the fields that threat_create takes, without p_.

        Returns:
            Rows, in the order of the items.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: for a reader.
            NotFound: when the model does not exist or may not be seen.
            Conflict: when an id is in use.
            TooLarge: above 1,000 items.
            Invalid: for a bad value; DETAIL names the item, counted from 0.

        SQL: threat_bulk_create
        """
        return await self._caller.rows(functions.THREAT_BULK_CREATE, (threat_model_id, items))

    async def bulk_delete(self, threat_model_id: UUID | str, items: Json) -> builtins.list[Threat]:
        """Deletes up to 1,000 threats and their metadata in one statement, all or none.

        Args:
            threat_model_id: the model, of which the caller must be a writer at least.
            items: an array of 1 to 1,000 ids, or objects {id, if_modified_at} to have the call refused if the
                row has moved on.

        Returns:
            Rows as they were, in the order of the items.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: for a reader.
            NotFound: when the model or a threat does not exist or may not be seen.
            Stale: when a row has changed since.
            TooLarge: above 1,000 items.
            Invalid: for an id named twice or a bad value; DETAIL names the item, counted from 0.

        SQL: threat_bulk_delete
        """
        return await self._caller.rows(functions.THREAT_BULK_DELETE, (threat_model_id, items))

    async def bulk_update(self, threat_model_id: UUID | str, items: Json) -> builtins.list[Threat]:
        """Changes up to 1,000 threats in one statement, all or none.

        Args:
            threat_model_id: the model, of which the caller must be a writer at least.
            items: an array of 1 to 1,000 objects: id; name, description, impact, likelihood, risk_rating,
                score, priority, mitigated, status, threat_type, mitigation, issue_url, diagram_id, cell_id as
                far as they change (null clears); if_modified_at to have the call refused if the row has moved
                on; metadata, an object of keys and text values to set.

        Returns:
            Rows, in the order of the items.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: for a reader.
            NotFound: when the model or a threat does not exist or may not be seen.
            Stale: when a row has changed since.
            TooLarge: above 1,000 items.
            Invalid: for an id named twice, an unknown field or a bad value; DETAIL names the item, counted from
                0.

        SQL: threat_bulk_update
        """
        return await self._caller.rows(functions.THREAT_BULK_UPDATE, (threat_model_id, items))

    async def create(
        self,
        threat_model_id: UUID | str,
        name: str,
        *,
        description: str | Unset | None = UNSET,
        impact: str | Unset | None = UNSET,
        likelihood: str | Unset | None = UNSET,
        risk_rating: str | Unset | None = UNSET,
        score: int | Unset | None = UNSET,
        priority: str | Unset | None = UNSET,
        mitigated: bool | Unset | None = UNSET,
        status: str | Unset | None = UNSET,
        threat_type: str | Unset | None = UNSET,
        mitigation: str | Unset | None = UNSET,
        issue_url: str | Unset | None = UNSET,
        diagram_id: UUID | str | Unset | None = UNSET,
        cell_id: str | Unset | None = UNSET,
        metadata: Json | Unset | None = UNSET,
        id: UUID | str | Unset | None = UNSET,
    ) -> Threat:
        """Creates a threat in a model.

        Args:
            threat_model_id: the model, of which the caller must be a writer at least.
            name: 1 to 256 characters.
            description: up to 1,000,000 characters.
            impact: Unknown, None, Low, Medium, High or Critical, in any case.
            likelihood: Unknown, None, Low, Medium, High or Critical, in any case.
            risk_rating: Unknown, None, Low, Medium, High or Critical, in any case.
            score: 0 to 100.
            priority: up to 256 characters; statuses in use are open, in_progress, mitigated, accepted,
                false_positive and closed.
            mitigated: false by default.
            status: up to 256 characters; statuses in use are open, in_progress, mitigated, accepted,
                false_positive and closed.
            threat_type: up to 256 characters; statuses in use are open, in_progress, mitigated, accepted,
                false_positive and closed.
            mitigation: up to 1,000,000 characters.
            issue_url: up to 1,024 characters.
            diagram_id: a diagram of the same model.
            cell_id: a cell of that diagram.
            metadata: an object of keys and text values.
            id: the id to give it, so that a call whose answer was lost can be sent again; a new one if left
                out.

        Returns:
            The row.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: for a reader.
            NotFound: when the model does not exist or may not be seen.
            Conflict: when the id is in use.
            Invalid: for a diagram of another model, a cell that the diagram does not have, or a bad value.

        SQL: threat_create
        """
        return only(
            await self._caller.rows(
                functions.THREAT_CREATE,
                (
                    threat_model_id,
                    name,
                    description,
                    impact,
                    likelihood,
                    risk_rating,
                    score,
                    priority,
                    mitigated,
                    status,
                    threat_type,
                    mitigation,
                    issue_url,
                    diagram_id,
                    cell_id,
                    metadata,
                    id,
                ),
            ),
            functions.THREAT_CREATE,
        )

    async def delete(
        self, threat_model_id: UUID | str, threat_id: UUID | str, *, if_modified_at: datetime | Unset | None = UNSET
    ) -> None:
        """Deletes a threat and its metadata.

        Args:
            threat_model_id: the model, of which the caller must be a writer at least.
            threat_id: the threat, which must be of that model.
            if_modified_at: the modified_at that the caller read; the deletion is refused if the row has moved
                on.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: for a reader.
            NotFound: when the model or the threat does not exist or may not be seen.
            Stale: when the row has changed since.

        SQL: threat_delete
        """
        await self._caller.rows(functions.THREAT_DELETE, (threat_model_id, threat_id, if_modified_at))

    async def get(self, threat_model_id: UUID | str, threat_id: UUID | str) -> Threat:
        """Returns one threat of a model.

        Args:
            threat_model_id: the model, of which the caller must be a reader at least.
            threat_id: the threat, which must be of that model.

        Returns:
            The row.

        Raises:
            Unauthenticated: without a valid identity.
            NotFound: when the model or the threat does not exist or may not be seen.

        SQL: threat_get
        """
        return only(await self._caller.rows(functions.THREAT_GET, (threat_model_id, threat_id)), functions.THREAT_GET)

    async def list(
        self,
        threat_model_id: UUID | str,
        *,
        limit: int | Unset | None = UNSET,
        after: Json | Unset | None = UNSET,
        sort: str | Unset | None = UNSET,
        filter: Json | Unset | None = UNSET,
    ) -> builtins.list[Threat]:
        """Lists the threats of a model.

        Args:
            threat_model_id: the model, of which the caller must be a reader at least.
            limit: 1 to 200 threats; 50 by default.
            after: the last row of the page before, or just its id and the column sorted by, as a JSON object.
            sort: created_at, modified_at, name or score; a minus in front for the greatest first; the newest
                first by default; threats without a score stand last.
            filter: an object of diagram_id, cell_id, risk_rating, impact, likelihood, status, mitigated,
                threat_type, priority (a value, an array of values, or null), score_min, score_max, words (all
                of which must occur in name, description or mitigation).

        Returns:
            Rows.

        Raises:
            Unauthenticated: without a valid identity.
            NotFound: when the model does not exist or may not be seen.
            TooLarge: for a page that is too large.
            Invalid: for an unknown order, filter or cursor.

        SQL: threat_list
        """
        return await self._caller.rows(functions.THREAT_LIST, (threat_model_id, limit, after, sort, filter))

    async def iterate(
        self,
        threat_model_id: UUID | str,
        *,
        page_size: int = 50,
        sort: str | Unset | None = UNSET,
        filter: Json | Unset | None = UNSET,
    ) -> AsyncIterator[Threat]:
        """Lists the threats of a model.

        Calls `list` for one page after the other, as rows are asked for.

        Args:
            threat_model_id: the model, of which the caller must be a reader at least.
            page_size: 1 to 200 threats; 50 by default.
            sort: created_at, modified_at, name or score; a minus in front for the greatest first; the newest
                first by default; threats without a score stand last.
            filter: an object of diagram_id, cell_id, risk_rating, impact, likelihood, status, mitigated,
                threat_type, priority (a value, an array of values, or null), score_min, score_max, words (all
                of which must occur in name, description or mitigation).

        Yields:
            Rows.

        Raises:
            Unauthenticated: without a valid identity.
            NotFound: when the model does not exist or may not be seen.
            TooLarge: for a page that is too large.
            Invalid: for an unknown order, filter or cursor.

        SQL: threat_list
        """
        after: Any = UNSET
        while True:
            page = await self._caller.rows(functions.THREAT_LIST, (threat_model_id, page_size, after, sort, filter))
            for row in page:
                yield row
            if len(page) < page_size:
                return
            after = cursor_after(page[-1], "-created_at" if sort is UNSET or sort is None else sort)

    async def patch(
        self,
        threat_model_id: UUID | str,
        threat_id: UUID | str,
        operations: Json,
        *,
        if_modified_at: datetime | Unset | None = UNSET,
    ) -> Threat:
        """Changes a threat by a JSON Patch (RFC 6902).

        Args:
            threat_model_id: the model, of which the caller must be a writer at least.
            threat_id: the threat, which must be of that model.
            operations: an array of up to 1,000 operations, as jsonb_patch takes them; pointers begin with
                /name, /description, /impact, /likelihood, /risk_rating, /score, /priority, /mitigated, /status,
                /threat_type, /mitigation, /issue_url, /diagram_id, /cell_id; a field that is removed is
                cleared.
            if_modified_at: the modified_at that the caller read; the change is refused if the row has moved on.

        Returns:
            The row.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: for a reader.
            NotFound: when the model or the threat does not exist or may not be seen.
            Conflict: when a test fails.
            Stale: when the row has changed since.
            TooLarge: above 1,000 operations.
            Invalid: for an operation that is malformed or leads elsewhere, or a bad value; DETAIL names the
                operation, counted from 0.

        SQL: threat_patch
        """
        return only(
            await self._caller.rows(functions.THREAT_PATCH, (threat_model_id, threat_id, operations, if_modified_at)),
            functions.THREAT_PATCH,
        )

    async def update(
        self,
        threat_model_id: UUID | str,
        threat_id: UUID | str,
        changes: Json,
        *,
        if_modified_at: datetime | Unset | None = UNSET,
    ) -> Threat:
        """Changes fields of a threat.

        Args:
            threat_model_id: the model, of which the caller must be a writer at least.
            threat_id: the threat, which must be of that model.
            changes: an object of name, description, impact, likelihood, risk_rating, score, priority,
                mitigated, status, threat_type, mitigation, issue_url, diagram_id, cell_id; a key that is there
                is set (null clears), one that is not is kept.
            if_modified_at: the modified_at that the caller read; the change is refused if the row has moved on.

        Returns:
            The row.

        Raises:
            Unauthenticated: without a valid identity.
            Forbidden: for a reader.
            NotFound: when the model or the threat does not exist or may not be seen.
            Stale: when the row has changed since.
            Invalid: for an unknown field or a bad value.

        SQL: threat_update
        """
        return only(
            await self._caller.rows(functions.THREAT_UPDATE, (threat_model_id, threat_id, changes, if_modified_at)),
            functions.THREAT_UPDATE,
        )


class AsyncApi:
    """Everything that tmi_app may call."""

    __slots__ = ("_caller",)

    def __init__(self, caller: AsyncCaller) -> None:
        """Call by way of `caller`."""
        self._caller = caller

    @property
    def access(self) -> AsyncAccess:
        """The functions about access."""
        return AsyncAccess(self._caller)

    @property
    def cells(self) -> AsyncCells:
        """The functions about cells."""
        return AsyncCells(self._caller)

    @property
    def diagrams(self) -> AsyncDiagrams:
        """The functions about diagrams."""
        return AsyncDiagrams(self._caller)

    @property
    def documents(self) -> AsyncDocuments:
        """The functions about documents."""
        return AsyncDocuments(self._caller)

    @property
    def metadata(self) -> AsyncMetadata:
        """The functions about metadata."""
        return AsyncMetadata(self._caller)

    @property
    def sessions(self) -> AsyncSessions:
        """The functions about sessions."""
        return AsyncSessions(self._caller)

    @property
    def sources(self) -> AsyncSources:
        """The functions about sources."""
        return AsyncSources(self._caller)

    @property
    def threat_models(self) -> AsyncThreatModels:
        """The functions about threat models."""
        return AsyncThreatModels(self._caller)

    @property
    def threats(self) -> AsyncThreats:
        """The functions about threats."""
        return AsyncThreats(self._caller)

    async def jsonb_patch(self, document: Json, operations: Json) -> Any:
        """Applies a JSON Patch (RFC 6902) to a document.

        Args:
            document: the document.
            operations: an array of up to 1,000 operations {op, path, value} or {op, path, from}, of which op is
                add, remove, replace, move, copy or test, and path and from are JSON Pointers (RFC 6901); other
                members are passed over.

        Returns:
            The document with all operations applied, one after the other; None for no document.

        Raises:
            Conflict: when a test fails.
            TooLarge: above 1,000 operations, for a result above 64 MB or more than 100 levels deep.
            Invalid: for an operation that is malformed or leads nowhere; DETAIL names the operation, counted
                from 0, and the pointer or the member that is wrong.

        SQL: jsonb_patch
        """
        return only(await self._caller.rows(functions.JSONB_PATCH, (document, operations)), functions.JSONB_PATCH)

    async def me(self) -> User:
        """Returns the caller's own profile.

        Returns:
            The row.

        Raises:
            Unauthenticated: without a valid identity.

        SQL: me
        """
        return only(await self._caller.rows(functions.ME, ()), functions.ME)

    async def me_providers(self) -> builtins.list[UserProvider]:
        """Lists the providers that the caller logs in by.

        Returns:
            Rows, the primary one first, then the first linked.

        Raises:
            Unauthenticated: without a valid identity.

        SQL: me_providers
        """
        return await self._caller.rows(functions.ME_PROVIDERS, ())

    async def me_update(self, changes: Json, *, if_modified_at: datetime | Unset | None = UNSET) -> User:
        """Changes fields of the caller's own profile.

        Args:
            changes: an object of name; a key that is there is set, one that is not is kept.
            if_modified_at: the modified_at that the caller read; the change is refused if the row has moved on.
                A login moves it too.

        Returns:
            The row.

        Raises:
            Unauthenticated: without a valid identity.
            Stale: when the row has changed since.
            Invalid: for an unknown field or a bad value.

        SQL: me_update
        """
        return only(await self._caller.rows(functions.ME_UPDATE, (changes, if_modified_at)), functions.ME_UPDATE)


class AsyncAuthProviders:
    """The functions `provider_...` that tmi_auth may call."""

    __slots__ = ("_caller",)

    def __init__(self, caller: AsyncCaller) -> None:
        """Call by way of `caller`."""
        self._caller = caller

    async def link(
        self,
        user_id: UUID | str,
        provider: str,
        provider_user_id: str,
        *,
        email: str | Unset | None = UNSET,
        name: str | Unset | None = UNSET,
    ) -> UserProvider:
        """Links an account at a provider to a user, who can log in by it from then on; the first link is the
        primary one.

        Args:
            user_id: the user.
            provider: google, github, microsoft, apple, facebook or twitter.
            provider_user_id: the provider's own id of the person, 1 to 256 characters.
            email: the address as the provider gives it.
            name: the name as the provider gives it.

        Returns:
            The row.

        Raises:
            NotFound: when there is no such user.
            Conflict: when the user has another account at the provider, or another user has this one.
            Invalid: for a value that is missing or unknown.

        SQL: provider_link
        """
        return only(
            await self._caller.rows(functions.PROVIDER_LINK, (user_id, provider, provider_user_id, email, name)),
            functions.PROVIDER_LINK,
        )

    async def list(self, user_id: UUID | str) -> builtins.list[UserProvider]:
        """Lists the providers that a user logs in by.

        Args:
            user_id: the user.

        Returns:
            Rows, the primary one first, then the first linked.

        Raises:
            NotFound: when there is no such user.

        SQL: provider_list
        """
        return await self._caller.rows(functions.PROVIDER_LIST, (user_id,))

    async def set_primary(self, user_id: UUID | str, provider: str) -> UserProvider:
        """Makes one of the providers that a user logs in by the primary one.

        Args:
            user_id: the user.
            provider: google, github, microsoft, apple, facebook or twitter.

        Returns:
            The row.

        Raises:
            NotFound: when there is no such user, or the user has no account at the provider.

        SQL: provider_set_primary
        """
        return only(
            await self._caller.rows(functions.PROVIDER_SET_PRIMARY, (user_id, provider)), functions.PROVIDER_SET_PRIMARY
        )

    async def unlink(self, user_id: UUID | str, provider: str) -> None:
        """Takes one of a user's ways to log in away; if it was the primary one, the one linked first of the others
        becomes it.

        Args:
            user_id: the user.
            provider: google, github, microsoft, apple, facebook or twitter.

        Raises:
            NotFound: when there is no such user, or the user has no account at the provider.
            Conflict: for the last one.

        SQL: provider_unlink
        """
        await self._caller.rows(functions.PROVIDER_UNLINK, (user_id, provider))


class AsyncAuthTokens:
    """The functions `token_...` that tmi_auth may call."""

    __slots__ = ("_caller",)

    def __init__(self, caller: AsyncCaller) -> None:
        """Call by way of `caller`."""
        self._caller = caller

    async def issue(
        self,
        user_id: UUID | str,
        token_hash: str,
        *,
        ttl: timedelta | Unset | None = UNSET,
        family_ttl: timedelta | Unset | None = UNSET,
    ) -> IssuedToken:
        """Issues the first refresh token of a sign-in.

        Args:
            user_id: the user.
            token_hash: the sha256 of the token, 64 hexadecimal digits; the token itself is 256 random bits that
                the database never sees.
            ttl: how long the token is good, 1 second to 90 days, but not beyond its family.
            family_ttl: how long the token and all that it is exchanged for are good, 1 second to 365 days.

        Returns:
            The row of the user, the family and when token and family end.

        Raises:
            NotFound: when there is no such user.
            Conflict: when the token is in use.
            Invalid: for a bad hash or duration.

        SQL: token_issue
        """
        return only(
            await self._caller.rows(functions.TOKEN_ISSUE, (user_id, token_hash, ttl, family_ttl)),
            functions.TOKEN_ISSUE,
        )

    async def purge_expired(self, *, limit: int | Unset | None = UNSET) -> int:
        """Removes refresh tokens that have expired, revoked or not, the longest expired first.

        Args:
            limit: how many at the most; 10,000 by default.

        Returns:
            How many were removed; fewer than limit when there are no more.

        Raises:
            Invalid: for a limit below 1.

        SQL: token_purge_expired
        """
        return only(await self._caller.rows(functions.TOKEN_PURGE_EXPIRED, (limit,)), functions.TOKEN_PURGE_EXPIRED)

    async def revoke(self, token_hash: str) -> None:
        """Revokes a refresh token with its family: all tokens that descend from the same sign-in.

        Args:
            token_hash: the sha256 of the token, 64 hexadecimal digits.

        Returns:
            Nothing, whether or not there was anything to revoke.

        Raises:
            Invalid: for a bad hash.

        SQL: token_revoke
        """
        await self._caller.rows(functions.TOKEN_REVOKE, (token_hash,))

    async def revoke_all(self, user_id: UUID | str) -> int:
        """Revokes every refresh token of a user.

        Args:
            user_id: the user.

        Returns:
            How many sign-ins that ended.

        Raises:
            NotFound: when there is no such user.

        SQL: token_revoke_all
        """
        return only(await self._caller.rows(functions.TOKEN_REVOKE_ALL, (user_id,)), functions.TOKEN_REVOKE_ALL)

    async def rotate(self, old_hash: str, new_hash: str, *, ttl: timedelta | Unset | None = UNSET) -> RotatedToken:
        """Exchanges a refresh token for another, in one step; a token that was exchanged before revokes its whole
        family.

        Args:
            old_hash: the sha256 of the token that was presented, 64 hexadecimal digits.
            new_hash: the sha256 of the token that is to follow. The same two hashes sent again are the same
                request, with the same answer.
            ttl: how long the new token is good, 1 second to 90 days, but not beyond its family; as long as the
                old one if left out.

        Returns:
            The row of an outcome, the user, the family and when token and family end. The outcome is 'rotated',
            or 'reused', with all else None: then nobody is let in, and the transaction must be committed all
            the same, since it holds the revocation of the family.

        Raises:
            Unauthenticated: for a token that is unknown, revoked or expired.
            Conflict: when the new token is in use.
            Invalid: for a bad hash or duration.

        SQL: token_rotate
        """
        return only(await self._caller.rows(functions.TOKEN_ROTATE, (old_hash, new_hash, ttl)), functions.TOKEN_ROTATE)


class AsyncAuthUsers:
    """The functions `user_...` that tmi_auth may call."""

    __slots__ = ("_caller",)

    def __init__(self, caller: AsyncCaller) -> None:
        """Call by way of `caller`."""
        self._caller = caller

    async def change_email(self, user_id: UUID | str, new_email: str) -> User:
        """Gives a user another address; ownership and access of models follow, created_by and granted_by stay as
        they were written.

        Args:
            user_id: the user.
            new_email: 3 to 320 characters; stored trimmed and in lower case. Identities signed for the old
                address are refused from then on.

        Returns:
            The row.

        Raises:
            NotFound: when there is no such user.
            Conflict: when the address belongs to another.
            Invalid: for a bad address.

        SQL: user_change_email
        """
        return only(
            await self._caller.rows(functions.USER_CHANGE_EMAIL, (user_id, new_email)), functions.USER_CHANGE_EMAIL
        )

    async def delete(
        self,
        user_id: UUID | str,
        *,
        transfer_to: str | Unset | None = UNSET,
        delete_models: bool | Unset | None = UNSET,
    ) -> builtins.list[ReleasedModel]:
        """Deletes a user with providers, tokens, access and participations; each model the user owns gets another
        owner first.

        Args:
            user_id: the user.
            transfer_to: the address of an existing user who gets all the models; if left out, each goes to the
                other owner who has been one longest.
            delete_models: true to delete the models that nobody is left for, instead of refusing.

        Returns:
            Rows: each model the user owned, what became of it (transferred or deleted), and the new owner, who
            is None for a deleted one.

        Raises:
            NotFound: when there is no such user.
            Conflict: when models have no other owner: DETAIL lists them as 'models: id, id'.
            Invalid: when transfer_to is nobody, or the user himself.

        SQL: user_delete
        """
        return await self._caller.rows(functions.USER_DELETE, (user_id, transfer_to, delete_models))

    async def find(self, email: str) -> User:
        """Finds one user.

        Args:
            email: the address, in any case.

        Returns:
            The row.

        Raises:
            NotFound: when there is none.

        SQL: user_find
        """
        return only(await self._caller.rows(functions.USER_FIND, (email,)), functions.USER_FIND)

    async def find_by_provider(self, provider: str, provider_user_id: str) -> User:
        """Finds one user.

        Args:
            provider: google, github, microsoft, apple, facebook or twitter.
            provider_user_id: the provider's own id of the person.

        Returns:
            The row.

        Raises:
            NotFound: when there is none.

        SQL: user_find_by_provider
        """
        return only(
            await self._caller.rows(functions.USER_FIND_BY_PROVIDER, (provider, provider_user_id)),
            functions.USER_FIND_BY_PROVIDER,
        )

    async def get(self, user_id: UUID | str) -> User:
        """Finds one user.

        Args:
            user_id: the user.

        Returns:
            The row.

        Raises:
            NotFound: when there is none.

        SQL: user_get
        """
        return only(await self._caller.rows(functions.USER_GET, (user_id,)), functions.USER_GET)

    async def list(
        self,
        *,
        limit: int | Unset | None = UNSET,
        after: Json | Unset | None = UNSET,
        query: str | Unset | None = UNSET,
    ) -> builtins.list[User]:
        """Lists users by address.

        Args:
            limit: 1 to 200 users; 50 by default.
            after: the last row of the page before, or just its email, as a JSON object.
            query: a part of the address or the name, in any case.

        Returns:
            Rows.

        Raises:
            TooLarge: for a page that is too large.
            Invalid: for a bad cursor.

        SQL: user_list
        """
        return await self._caller.rows(functions.USER_LIST, (limit, after, query))

    async def iterate(self, *, page_size: int = 50, query: str | Unset | None = UNSET) -> AsyncIterator[User]:
        """Lists users by address.

        Calls `list` for one page after the other, as rows are asked for.

        Args:
            page_size: 1 to 200 users; 50 by default.
            query: a part of the address or the name, in any case.

        Yields:
            Rows.

        Raises:
            TooLarge: for a page that is too large.
            Invalid: for a bad cursor.

        SQL: user_list
        """
        after: Any = UNSET
        while True:
            page = await self._caller.rows(functions.USER_LIST, (page_size, after, query))
            for row in page:
                yield row
            if len(page) < page_size:
                return
            after = page[-1]

    async def login(
        self,
        provider: str,
        provider_user_id: str,
        email: str,
        name: str,
        *,
        email_verified: bool | Unset | None = UNSET,
    ) -> Login:
        """Logs somebody in by the identity that a provider has confirmed, and makes the user and the link when
        they are new.

        Args:
            provider: google, github, microsoft, apple, facebook or twitter.
            provider_user_id: the provider's own id of the person, 1 to 256 characters.
            email: the address as the provider gives it; stored trimmed and in lower case. A known identity
                keeps its user's address, whatever this says.
            name: the name to show; used for a new user only.
            email_verified: true when the provider vouches for the address: only then is a new identity linked
                to an existing user with that address. A new user is made either way.

        Returns:
            The row of the user, and whether it is new.

        Raises:
            Conflict: when the address belongs to a user whom the identity may not be linked to.
            Invalid: for a value that is missing or unknown.

        SQL: user_login
        """
        return only(
            await self._caller.rows(functions.USER_LOGIN, (provider, provider_user_id, email, name, email_verified)),
            functions.USER_LOGIN,
        )

    async def update(
        self, user_id: UUID | str, changes: Json, *, if_modified_at: datetime | Unset | None = UNSET
    ) -> User:
        """Changes fields of a user.

        Args:
            user_id: the user.
            changes: an object of name; a key that is there is set, one that is not is kept.
            if_modified_at: the modified_at that the caller read; the change is refused if the row has moved on.
                A login moves it too.

        Returns:
            The row.

        Raises:
            NotFound: when there is no such user.
            Stale: when the row has changed since.
            Invalid: for an unknown field or a bad value.

        SQL: user_update
        """
        return only(
            await self._caller.rows(functions.USER_UPDATE, (user_id, changes, if_modified_at)), functions.USER_UPDATE
        )


class AsyncAuth:
    """Everything that tmi_auth may call."""

    __slots__ = ("_caller",)

    def __init__(self, caller: AsyncCaller) -> None:
        """Call by way of `caller`."""
        self._caller = caller

    @property
    def providers(self) -> AsyncAuthProviders:
        """The functions about providers."""
        return AsyncAuthProviders(self._caller)

    @property
    def tokens(self) -> AsyncAuthTokens:
        """The functions about tokens."""
        return AsyncAuthTokens(self._caller)

    @property
    def users(self) -> AsyncAuthUsers:
        """The functions about users."""
        return AsyncAuthUsers(self._caller)


class AsyncMaintenanceCounts:
    """The functions `counts_...` that tmi_maintenance may call."""

    __slots__ = ("_caller",)

    def __init__(self, caller: AsyncCaller) -> None:
        """Call by way of `caller`."""
        self._caller = caller

    async def repair(self, *, threat_model_id: UUID | str | Unset | None = UNSET) -> builtins.list[CountsCheck]:
        """Puts wrong cached counts right; modified_at stays.

        Args:
            threat_model_id: the model to repair; all of them if left out.

        Returns:
            Rows: each model that was repaired, what stood there (cached_...) and what stands there now.

        Raises:
            NotFound: when there is no such model.

        SQL: counts_repair
        """
        return await self._caller.rows(functions.COUNTS_REPAIR, (threat_model_id,))

    async def verify(self) -> builtins.list[CountsCheck]:
        """Lists the threat models whose cached counts are wrong.

        Returns:
            Rows: the model, what stands there (cached_...) and what is right; none when all is well.

        SQL: counts_verify
        """
        return await self._caller.rows(functions.COUNTS_VERIFY, ())


class AsyncMaintenanceMetadata:
    """The functions `metadata_...` that tmi_maintenance may call."""

    __slots__ = ("_caller",)

    def __init__(self, caller: AsyncCaller) -> None:
        """Call by way of `caller`."""
        self._caller = caller

    async def purge_orphans(self) -> int:
        """Removes metadata of threats, diagrams, documents, sources and cells that do not exist any more.

        Returns:
            How many rows were removed.

        SQL: metadata_purge_orphans
        """
        return only(await self._caller.rows(functions.METADATA_PURGE_ORPHANS, ()), functions.METADATA_PURGE_ORPHANS)


class AsyncMaintenanceSessions:
    """The functions `session_...` that tmi_maintenance may call."""

    __slots__ = ("_caller",)

    def __init__(self, caller: AsyncCaller) -> None:
        """Call by way of `caller`."""
        self._caller = caller

    async def purge(self, *, idle: timedelta | Unset | None = UNSET) -> int:
        """Ends collaboration sessions that have expired, or in which nobody gave a sign of life for a while.

        Args:
            idle: for how long; 15 minutes by default.

        Returns:
            How many sessions were ended.

        Raises:
            Invalid: for a negative duration.

        SQL: session_purge
        """
        return only(await self._caller.rows(functions.SESSION_PURGE, (idle,)), functions.SESSION_PURGE)


class AsyncMaintenance:
    """Everything that tmi_maintenance may call."""

    __slots__ = ("_caller",)

    def __init__(self, caller: AsyncCaller) -> None:
        """Call by way of `caller`."""
        self._caller = caller

    @property
    def counts(self) -> AsyncMaintenanceCounts:
        """The functions about counts."""
        return AsyncMaintenanceCounts(self._caller)

    @property
    def metadata(self) -> AsyncMaintenanceMetadata:
        """The functions about metadata."""
        return AsyncMaintenanceMetadata(self._caller)

    @property
    def sessions(self) -> AsyncMaintenanceSessions:
        """The functions about sessions."""
        return AsyncMaintenanceSessions(self._caller)

    async def health(self) -> builtins.list[HealthCheck]:
        """Says how the database is: schema_version, server_version and whether its security fixes are in,
        invalid_indexes, unused_indexes of a megabyte or more, cache_hit_rate, replication_lag.

        Returns:
            Rows: the name of a check, its status (ok, warning or error), and what was found. Which migrations
            are pending only the tool knows, which has their files.

        SQL: health
        """
        return await self._caller.rows(functions.HEALTH, ())
