"""The rows that functions answer with. Rendered from the catalogue by `make generate`; not edited by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from ..calls import Row, writable

__all__ = [
    "AccessEntry",
    "Cell",
    "CellChanges",
    "CollaborationSession",
    "CountsCheck",
    "DeletedThreatModel",
    "Diagram",
    "DiagramSummary",
    "Document",
    "FoundThreatModel",
    "HealthCheck",
    "IssuedToken",
    "Login",
    "MetadataEntry",
    "OpenSession",
    "Participant",
    "PatchOutcome",
    "ReleasedModel",
    "RotatedToken",
    "SessionParticipant",
    "Source",
    "Threat",
    "ThreatModel",
    "User",
    "UserProvider",
]


@dataclass(frozen=True, slots=True)
class AccessEntry(Row):
    """Roles of people in threat models; the owner of record stands here too.

    Attributes:
        id: Identifier of the grant.
        threat_model_id: The model.
        user_email: The person, by address; follows the person's own.
        role: owner manages, writer changes, reader reads.
        granted_by: Address, as it was then, of who gave the role.
        granted_at: When the role was given.
        model_created_at: When the model was created: a copy that lists of models are sorted by.
    """

    id: UUID
    threat_model_id: UUID
    user_email: str
    role: str
    granted_by: str
    granted_at: datetime
    model_created_at: datetime


_AccessEntry = writable(AccessEntry)


def make_access_entry(values: Sequence[Any]) -> AccessEntry:
    """Make a row of its values, in the order of its attributes."""
    row: Any = _AccessEntry()
    (
        row.id,
        row.threat_model_id,
        row.user_email,
        row.role,
        row.granted_by,
        row.granted_at,
        row.model_created_at,
    ) = values
    row.__class__ = AccessEntry
    made: AccessEntry = row
    return made


@dataclass(frozen=True, slots=True)
class Cell(Row):
    """A cell of a diagram.

    Attributes:
        diagram_id: The diagram.
        cell_id: The cell's own id, unique in its diagram.
        shape: What it is drawn as.
        cell: The whole cell, as the editor made it.
    """

    diagram_id: UUID
    cell_id: str
    shape: str
    cell: Any


_Cell = writable(Cell)


def make_cell(values: Sequence[Any]) -> Cell:
    """Make a row of its values, in the order of its attributes."""
    row: Any = _Cell()
    (
        row.diagram_id,
        row.cell_id,
        row.shape,
        row.cell,
    ) = values
    row.__class__ = Cell
    made: Cell = row
    return made


@dataclass(frozen=True, slots=True)
class CellChanges(Row):
    """What operations did to a diagram.

    Attributes:
        diagram_id: The diagram.
        modified_at: When the diagram was last changed.
        cell_count: How many cells it has now.
        added: How many cells were added.
        updated: How many cells were changed.
        removed: How many cells were removed.
    """

    diagram_id: UUID
    modified_at: datetime
    cell_count: int
    added: int
    updated: int
    removed: int


_CellChanges = writable(CellChanges)


def make_cell_changes(values: Sequence[Any]) -> CellChanges:
    """Make a row of its values, in the order of its attributes."""
    row: Any = _CellChanges()
    (
        row.diagram_id,
        row.modified_at,
        row.cell_count,
        row.added,
        row.updated,
        row.removed,
    ) = values
    row.__class__ = CellChanges
    made: CellChanges = row
    return made


@dataclass(frozen=True, slots=True)
class CollaborationSession(Row):
    """Sessions in which several people work on a diagram or a model.

    Attributes:
        id: Identifier of the session.
        threat_model_id: The model; its readers may join.
        diagram_id: The diagram of that model; NULL for the model as a whole.
        websocket_url: Where clients connect, up to 1,024 characters.
        expires_at: When the session ends by itself; NULL for never.
        created_at: When the session began.
        modified_at: When the row last changed.
        host_user_id: Who may end it besides the model's owners; NULL when the host is gone.
        ended_at: When the session was ended; NULL while it is open.
        ttl: How long a sign of life keeps it open; NULL where none does.
    """

    id: UUID
    threat_model_id: UUID
    diagram_id: UUID | None
    websocket_url: str
    expires_at: datetime | None
    created_at: datetime
    modified_at: datetime
    host_user_id: UUID | None
    ended_at: datetime | None
    ttl: timedelta | None


_CollaborationSession = writable(CollaborationSession)


def make_collaboration_session(values: Sequence[Any]) -> CollaborationSession:
    """Make a row of its values, in the order of its attributes."""
    row: Any = _CollaborationSession()
    (
        row.id,
        row.threat_model_id,
        row.diagram_id,
        row.websocket_url,
        row.expires_at,
        row.created_at,
        row.modified_at,
        row.host_user_id,
        row.ended_at,
        row.ttl,
    ) = values
    row.__class__ = CollaborationSession
    made: CollaborationSession = row
    return made


@dataclass(frozen=True, slots=True)
class CountsCheck(Row):
    """A threat model whose cached counts were wrong.

    Attributes:
        threat_model_id: The threat model.
        cached_document_count: Documents by the cached count.
        cached_source_count: Sources by the cached count.
        cached_diagram_count: Diagrams by the cached count.
        cached_threat_count: Threats by the cached count.
        document_count: Documents that are there.
        source_count: Sources that are there.
        diagram_count: Diagrams that are there.
        threat_count: Threats that are there.
    """

    threat_model_id: UUID
    cached_document_count: int
    cached_source_count: int
    cached_diagram_count: int
    cached_threat_count: int
    document_count: int
    source_count: int
    diagram_count: int
    threat_count: int


_CountsCheck = writable(CountsCheck)


def make_counts_check(values: Sequence[Any]) -> CountsCheck:
    """Make a row of its values, in the order of its attributes."""
    row: Any = _CountsCheck()
    (
        row.threat_model_id,
        row.cached_document_count,
        row.cached_source_count,
        row.cached_diagram_count,
        row.cached_threat_count,
        row.document_count,
        row.source_count,
        row.diagram_count,
        row.threat_count,
    ) = values
    row.__class__ = CountsCheck
    made: CountsCheck = row
    return made


@dataclass(frozen=True, slots=True)
class DeletedThreatModel(Row):
    """How much was deleted with a threat model.

    Attributes:
        threat_count: Threats.
        diagram_count: Diagrams.
        document_count: Documents.
        source_count: Sources.
        metadata_count: Metadata of every level.
        session_count: Collaboration sessions.
        access_count: Access entries, the owner's included.
    """

    threat_count: int
    diagram_count: int
    document_count: int
    source_count: int
    metadata_count: int
    session_count: int
    access_count: int


_DeletedThreatModel = writable(DeletedThreatModel)


def make_deleted_threat_model(values: Sequence[Any]) -> DeletedThreatModel:
    """Make a row of its values, in the order of its attributes."""
    row: Any = _DeletedThreatModel()
    (
        row.threat_count,
        row.diagram_count,
        row.document_count,
        row.source_count,
        row.metadata_count,
        row.session_count,
        row.access_count,
    ) = values
    row.__class__ = DeletedThreatModel
    made: DeletedThreatModel = row
    return made


@dataclass(frozen=True, slots=True)
class Diagram(Row):
    """Data flow diagrams of threat models.

    Attributes:
        id: Identifier of the diagram.
        threat_model_id: The model it belongs to.
        name: Name, 1 to 256 characters.
        type: Always DFD-1.0.0.
        description: What the diagram shows.
        created_at: When the diagram was created.
        modified_at: When the row last changed.
        metadata: What tools attach to the drawing; keys and values of a diagram stand in the table metadata.
        cells: Elements of the drawing: an array of AntV X6 cells, each with an id of its own in the diagram.
    """

    id: UUID
    threat_model_id: UUID
    name: str
    type: str
    description: str | None
    created_at: datetime
    modified_at: datetime
    metadata: Any
    cells: Any


_Diagram = writable(Diagram)


def make_diagram(values: Sequence[Any]) -> Diagram:
    """Make a row of its values, in the order of its attributes."""
    row: Any = _Diagram()
    (
        row.id,
        row.threat_model_id,
        row.name,
        row.type,
        row.description,
        row.created_at,
        row.modified_at,
        row.metadata,
        row.cells,
    ) = values
    row.__class__ = Diagram
    made: Diagram = row
    return made


@dataclass(frozen=True, slots=True)
class DiagramSummary(Row):
    """A diagram without its cells.

    Attributes:
        id: Identifier of the diagram.
        threat_model_id: The model it belongs to.
        name: Name, 1 to 256 characters.
        type: Always DFD-1.0.0.
        description: What the diagram shows.
        metadata: What tools attach to the drawing; keys and values of a diagram stand in the table metadata.
        cell_count: How many cells it has.
        created_at: When the diagram was created.
        modified_at: When the row last changed.
    """

    id: UUID
    threat_model_id: UUID
    name: str
    type: str
    description: str | None
    metadata: Any
    cell_count: int
    created_at: datetime
    modified_at: datetime


_DiagramSummary = writable(DiagramSummary)


def make_diagram_summary(values: Sequence[Any]) -> DiagramSummary:
    """Make a row of its values, in the order of its attributes."""
    row: Any = _DiagramSummary()
    (
        row.id,
        row.threat_model_id,
        row.name,
        row.type,
        row.description,
        row.metadata,
        row.cell_count,
        row.created_at,
        row.modified_at,
    ) = values
    row.__class__ = DiagramSummary
    made: DiagramSummary = row
    return made


@dataclass(frozen=True, slots=True)
class Document(Row):
    """Documents that threat models refer to.

    Attributes:
        id: Identifier of the document.
        threat_model_id: The model it belongs to.
        name: Name, 1 to 256 characters.
        url: Where the document is: http, https, ssh, git or file, up to 1,024 characters.
        description: What it holds.
        created_at: When the document was added.
        modified_at: When the row last changed.
    """

    id: UUID
    threat_model_id: UUID
    name: str
    url: str
    description: str | None
    created_at: datetime
    modified_at: datetime


_Document = writable(Document)


def make_document(values: Sequence[Any]) -> Document:
    """Make a row of its values, in the order of its attributes."""
    row: Any = _Document()
    (
        row.id,
        row.threat_model_id,
        row.name,
        row.url,
        row.description,
        row.created_at,
        row.modified_at,
    ) = values
    row.__class__ = Document
    made: Document = row
    return made


@dataclass(frozen=True, slots=True)
class FoundThreatModel(Row):
    """A threat model in which the words of a search were found.

    Attributes:
        id: Identifier of the model.
        name: Name, 1 to 256 characters.
        description: What the model is about, up to 1,000,000 characters.
        owner_email: The owner of record, who answers for the model.
        created_by: Address of the creator as it was then.
        threat_model_framework: CIA, STRIDE, LINDDUN, DIE or PLOT4ai; NULL for none of them.
        issue_url: Where the work on the model is tracked, up to 1,024 characters.
        document_count: Number of documents, kept by trigger.
        source_count: Number of sources, kept by trigger.
        diagram_count: Number of diagrams, kept by trigger.
        threat_count: Number of threats, kept by trigger.
        created_at: When the model was created.
        modified_at: When the row last changed, cached counts excepted.
        role: The caller's role: owner, writer or reader.
        matched: Where the words were found, separated by commas.
    """

    id: UUID
    name: str
    description: str | None
    owner_email: str
    created_by: str
    threat_model_framework: str | None
    issue_url: str | None
    document_count: int
    source_count: int
    diagram_count: int
    threat_count: int
    created_at: datetime
    modified_at: datetime
    role: str
    matched: str


_FoundThreatModel = writable(FoundThreatModel)


def make_found_threat_model(values: Sequence[Any]) -> FoundThreatModel:
    """Make a row of its values, in the order of its attributes."""
    row: Any = _FoundThreatModel()
    (
        row.id,
        row.name,
        row.description,
        row.owner_email,
        row.created_by,
        row.threat_model_framework,
        row.issue_url,
        row.document_count,
        row.source_count,
        row.diagram_count,
        row.threat_count,
        row.created_at,
        row.modified_at,
        row.role,
        row.matched,
    ) = values
    row.__class__ = FoundThreatModel
    made: FoundThreatModel = row
    return made


@dataclass(frozen=True, slots=True)
class HealthCheck(Row):
    """A check of the database's health.

    Attributes:
        name: What was checked.
        status: How it is.
        detail: What was seen.
    """

    name: str
    status: str
    detail: str


_HealthCheck = writable(HealthCheck)


def make_health_check(values: Sequence[Any]) -> HealthCheck:
    """Make a row of its values, in the order of its attributes."""
    row: Any = _HealthCheck()
    (
        row.name,
        row.status,
        row.detail,
    ) = values
    row.__class__ = HealthCheck
    made: HealthCheck = row
    return made


@dataclass(frozen=True, slots=True)
class IssuedToken(Row):
    """A refresh token, without its secret.

    Attributes:
        user_id: Whose it is.
        family_id: The family of tokens that follow one another.
        expires_at: When it expires.
        family_expires_at: When the family does, however often it is rotated.
    """

    user_id: UUID
    family_id: UUID
    expires_at: datetime
    family_expires_at: datetime


_IssuedToken = writable(IssuedToken)


def make_issued_token(values: Sequence[Any]) -> IssuedToken:
    """Make a row of its values, in the order of its attributes."""
    row: Any = _IssuedToken()
    (
        row.user_id,
        row.family_id,
        row.expires_at,
        row.family_expires_at,
    ) = values
    row.__class__ = IssuedToken
    made: IssuedToken = row
    return made


@dataclass(frozen=True, slots=True)
class Login(Row):
    """The user who logged in.

    Attributes:
        id: Identifier of the person.
        email: Address, trimmed and in lower case; may change, and references follow.
        name: Name to show.
        created_at: When the person first signed in.
        modified_at: When the row last changed.
        last_login: When the person last signed in; NULL before the first time.
        is_new: Whether this login made the user.
    """

    id: UUID
    email: str
    name: str
    created_at: datetime
    modified_at: datetime
    last_login: datetime | None
    is_new: bool


_Login = writable(Login)


def make_login(values: Sequence[Any]) -> Login:
    """Make a row of its values, in the order of its attributes."""
    row: Any = _Login()
    (
        row.id,
        row.email,
        row.name,
        row.created_at,
        row.modified_at,
        row.last_login,
        row.is_new,
    ) = values
    row.__class__ = Login
    made: Login = row
    return made


@dataclass(frozen=True, slots=True)
class MetadataEntry(Row):
    """Key and value pairs of models, threats, diagrams, documents, sources and cells.

    Attributes:
        id: Identifier of the pair.
        entity_type: What it describes: threat_model, threat, diagram, document, source or cell.
        entity_id: Which one; of a cell, the UUID that is made of diagram and cell.
        key: Letters, digits, dashes and underscores, up to 128; once per entity.
        value: Any text that is not empty, up to 65,535 characters; 8 MB under the keys that importers reserve.
        created_at: When the pair was first set.
        modified_at: When the value last changed.
        threat_model_id: The model that the entity is or belongs to; filled in when not given.
        diagram_id: The diagram of the cell; NULL for other entities.
        cell_id: The cell's own id in the diagram; NULL for other entities.
    """

    id: UUID
    entity_type: str
    entity_id: UUID
    key: str
    value: str
    created_at: datetime
    modified_at: datetime
    threat_model_id: UUID
    diagram_id: UUID | None
    cell_id: str | None


_MetadataEntry = writable(MetadataEntry)


def make_metadata_entry(values: Sequence[Any]) -> MetadataEntry:
    """Make a row of its values, in the order of its attributes."""
    row: Any = _MetadataEntry()
    (
        row.id,
        row.entity_type,
        row.entity_id,
        row.key,
        row.value,
        row.created_at,
        row.modified_at,
        row.threat_model_id,
        row.diagram_id,
        row.cell_id,
    ) = values
    row.__class__ = MetadataEntry
    made: MetadataEntry = row
    return made


@dataclass(frozen=True, slots=True)
class OpenSession(Row):
    """A session that people may join.

    Attributes:
        id: Identifier of the session.
        threat_model_id: The model; its readers may join.
        threat_model_name: The model's name.
        diagram_id: The diagram of that model; NULL for the model as a whole.
        diagram_name: The diagram's name; None for the model as a whole.
        websocket_url: Where clients connect, up to 1,024 characters.
        host_user_id: Who may end it besides the model's owners; NULL when the host is gone.
        host_email: The host's address; None when the host is gone.
        participant_count: How many are in it.
        role: The caller's role in the model: owner, writer or reader.
        created_at: When the session began.
        expires_at: When the session ends by itself; NULL for never.
    """

    id: UUID
    threat_model_id: UUID
    threat_model_name: str
    diagram_id: UUID | None
    diagram_name: str | None
    websocket_url: str
    host_user_id: UUID | None
    host_email: str | None
    participant_count: int
    role: str
    created_at: datetime
    expires_at: datetime | None


_OpenSession = writable(OpenSession)


def make_open_session(values: Sequence[Any]) -> OpenSession:
    """Make a row of its values, in the order of its attributes."""
    row: Any = _OpenSession()
    (
        row.id,
        row.threat_model_id,
        row.threat_model_name,
        row.diagram_id,
        row.diagram_name,
        row.websocket_url,
        row.host_user_id,
        row.host_email,
        row.participant_count,
        row.role,
        row.created_at,
        row.expires_at,
    ) = values
    row.__class__ = OpenSession
    made: OpenSession = row
    return made


@dataclass(frozen=True, slots=True)
class Participant(Row):
    """Somebody who is in a session.

    Attributes:
        user_id: The user.
        email: The user's address.
        name: The user's name.
        role: The user's role in the model: owner, writer or reader.
        is_host: Whether this is the session's host.
        joined_at: When the user joined.
        last_seen_at: When the user last gave a sign of life.
    """

    user_id: UUID
    email: str
    name: str
    role: str | None
    is_host: bool
    joined_at: datetime
    last_seen_at: datetime


_Participant = writable(Participant)


def make_participant(values: Sequence[Any]) -> Participant:
    """Make a row of its values, in the order of its attributes."""
    row: Any = _Participant()
    (
        row.user_id,
        row.email,
        row.name,
        row.role,
        row.is_host,
        row.joined_at,
        row.last_seen_at,
    ) = values
    row.__class__ = Participant
    made: Participant = row
    return made


@dataclass(frozen=True, slots=True)
class PatchOutcome(Row):
    """What came of one patch of a batch.

    Attributes:
        index: The patch's place in the batch, counted from 0.
        id: The threat that was to be patched.
        succeeded: Whether the threat was changed.
        threat: The threat as it is now.
        code: The SQLSTATE of the refusal.
        message: Why it was refused.
        detail: Which value is meant.
    """

    index: int
    id: UUID | None
    succeeded: bool
    threat: Any
    code: str | None
    message: str | None
    detail: str | None


_PatchOutcome = writable(PatchOutcome)


def make_patch_outcome(values: Sequence[Any]) -> PatchOutcome:
    """Make a row of its values, in the order of its attributes."""
    row: Any = _PatchOutcome()
    (
        row.index,
        row.id,
        row.succeeded,
        row.threat,
        row.code,
        row.message,
        row.detail,
    ) = values
    row.__class__ = PatchOutcome
    made: PatchOutcome = row
    return made


@dataclass(frozen=True, slots=True)
class ReleasedModel(Row):
    """What became of a threat model whose owner was deleted.

    Attributes:
        threat_model_id: The threat model.
        name: Its name.
        action: transferred or deleted.
        new_owner_email: Who owns it now.
    """

    threat_model_id: UUID
    name: str
    action: str
    new_owner_email: str | None


_ReleasedModel = writable(ReleasedModel)


def make_released_model(values: Sequence[Any]) -> ReleasedModel:
    """Make a row of its values, in the order of its attributes."""
    row: Any = _ReleasedModel()
    (
        row.threat_model_id,
        row.name,
        row.action,
        row.new_owner_email,
    ) = values
    row.__class__ = ReleasedModel
    made: ReleasedModel = row
    return made


@dataclass(frozen=True, slots=True)
class RotatedToken(Row):
    """What came of a rotation.

    Attributes:
        outcome: What came of it.
        user_id: Whose it is.
        family_id: The family of tokens that follow one another.
        expires_at: When the new token expires.
        family_expires_at: When the family does, however often it is rotated.
    """

    outcome: str
    user_id: UUID | None
    family_id: UUID | None
    expires_at: datetime | None
    family_expires_at: datetime | None


_RotatedToken = writable(RotatedToken)


def make_rotated_token(values: Sequence[Any]) -> RotatedToken:
    """Make a row of its values, in the order of its attributes."""
    row: Any = _RotatedToken()
    (
        row.outcome,
        row.user_id,
        row.family_id,
        row.expires_at,
        row.family_expires_at,
    ) = values
    row.__class__ = RotatedToken
    made: RotatedToken = row
    return made


@dataclass(frozen=True, slots=True)
class SessionParticipant(Row):
    """Participations in collaboration sessions; leaving ends one, coming back makes another.

    Attributes:
        id: Identifier of the participation.
        session_id: The session.
        user_id: The person.
        joined_at: When the person came.
        left_at: When the person left; NULL while there.
        last_seen_at: When the person's client last gave a sign of life.
    """

    id: UUID
    session_id: UUID
    user_id: UUID
    joined_at: datetime
    left_at: datetime | None
    last_seen_at: datetime


_SessionParticipant = writable(SessionParticipant)


def make_session_participant(values: Sequence[Any]) -> SessionParticipant:
    """Make a row of its values, in the order of its attributes."""
    row: Any = _SessionParticipant()
    (
        row.id,
        row.session_id,
        row.user_id,
        row.joined_at,
        row.left_at,
        row.last_seen_at,
    ) = values
    row.__class__ = SessionParticipant
    made: SessionParticipant = row
    return made


@dataclass(frozen=True, slots=True)
class Source(Row):
    """Source code repositories that threat models refer to.

    Attributes:
        id: Identifier of the source.
        threat_model_id: The model it belongs to.
        name: Name, 1 to 256 characters.
        url: Address of the repository: http, https, ssh, git or file, up to 1,024 characters.
        description: What it holds.
        type: git, svn, mercurial or other.
        parameters: What pins a branch, tag, commit or path: {refType, refValue, subPath}.
        created_at: When the source was added.
        modified_at: When the row last changed.
    """

    id: UUID
    threat_model_id: UUID
    name: str
    url: str
    description: str | None
    type: str | None
    parameters: Any
    created_at: datetime
    modified_at: datetime


_Source = writable(Source)


def make_source(values: Sequence[Any]) -> Source:
    """Make a row of its values, in the order of its attributes."""
    row: Any = _Source()
    (
        row.id,
        row.threat_model_id,
        row.name,
        row.url,
        row.description,
        row.type,
        row.parameters,
        row.created_at,
        row.modified_at,
    ) = values
    row.__class__ = Source
    made: Source = row
    return made


@dataclass(frozen=True, slots=True)
class Threat(Row):
    """Security threats of threat models.

    Attributes:
        id: Identifier of the threat.
        threat_model_id: The model it belongs to.
        name: Name, 1 to 256 characters.
        description: What could happen.
        impact: How bad it would be: Unknown, None, Low, Medium, High or Critical.
        likelihood: How likely it is: Unknown, None, Low, Medium, High or Critical.
        risk_rating: How grave it is in all: Unknown, None, Low, Medium, High or Critical.
        created_at: When the threat was created.
        modified_at: When the row last changed.
        diagram_id: The diagram of the same model that shows it; NULL for none.
        cell_id: The cell of that diagram that it is pinned to; NULL for none.
        score: Numeric risk, 0 to 100.
        priority: How soon it is to be dealt with, in the team's own words.
        mitigated: Whether it is dealt with.
        status: Where the work stands: usually open, in_progress, mitigated, accepted, false_positive or closed.
        threat_type: Category, for example a STRIDE word.
        issue_url: Where the work on it is tracked.
        mitigation: What is done about it.
    """

    id: UUID
    threat_model_id: UUID
    name: str
    description: str | None
    impact: str | None
    likelihood: str | None
    risk_rating: str | None
    created_at: datetime
    modified_at: datetime
    diagram_id: UUID | None
    cell_id: str | None
    score: int | None
    priority: str | None
    mitigated: bool | None
    status: str | None
    threat_type: str | None
    issue_url: str | None
    mitigation: str | None


_Threat = writable(Threat)


def make_threat(values: Sequence[Any]) -> Threat:
    """Make a row of its values, in the order of its attributes."""
    row: Any = _Threat()
    (
        row.id,
        row.threat_model_id,
        row.name,
        row.description,
        row.impact,
        row.likelihood,
        row.risk_rating,
        row.created_at,
        row.modified_at,
        row.diagram_id,
        row.cell_id,
        row.score,
        row.priority,
        row.mitigated,
        row.status,
        row.threat_type,
        row.issue_url,
        row.mitigation,
    ) = values
    row.__class__ = Threat
    made: Threat = row
    return made


@dataclass(frozen=True, slots=True)
class ThreatModel(Row):
    """A threat model, with the caller's role in it.

    Attributes:
        id: Identifier of the model.
        name: Name, 1 to 256 characters.
        description: What the model is about, up to 1,000,000 characters.
        owner_email: The owner of record, who answers for the model.
        created_by: Address of the creator as it was then.
        threat_model_framework: CIA, STRIDE, LINDDUN, DIE or PLOT4ai; NULL for none of them.
        issue_url: Where the work on the model is tracked, up to 1,024 characters.
        document_count: Number of documents, kept by trigger.
        source_count: Number of sources, kept by trigger.
        diagram_count: Number of diagrams, kept by trigger.
        threat_count: Number of threats, kept by trigger.
        created_at: When the model was created.
        modified_at: When the row last changed, cached counts excepted.
        role: The caller's role: owner, writer or reader.
    """

    id: UUID
    name: str
    description: str | None
    owner_email: str
    created_by: str
    threat_model_framework: str | None
    issue_url: str | None
    document_count: int
    source_count: int
    diagram_count: int
    threat_count: int
    created_at: datetime
    modified_at: datetime
    role: str


_ThreatModel = writable(ThreatModel)


def make_threat_model(values: Sequence[Any]) -> ThreatModel:
    """Make a row of its values, in the order of its attributes."""
    row: Any = _ThreatModel()
    (
        row.id,
        row.name,
        row.description,
        row.owner_email,
        row.created_by,
        row.threat_model_framework,
        row.issue_url,
        row.document_count,
        row.source_count,
        row.diagram_count,
        row.threat_count,
        row.created_at,
        row.modified_at,
        row.role,
    ) = values
    row.__class__ = ThreatModel
    made: ThreatModel = row
    return made


@dataclass(frozen=True, slots=True)
class User(Row):
    """People who sign in; everything else refers to them by id or by e-mail address.

    Attributes:
        id: Identifier of the person.
        email: Address, trimmed and in lower case; may change, and references follow.
        name: Name to show.
        created_at: When the person first signed in.
        modified_at: When the row last changed.
        last_login: When the person last signed in; NULL before the first time.
    """

    id: UUID
    email: str
    name: str
    created_at: datetime
    modified_at: datetime
    last_login: datetime | None


_User = writable(User)


def make_user(values: Sequence[Any]) -> User:
    """Make a row of its values, in the order of its attributes."""
    row: Any = _User()
    (
        row.id,
        row.email,
        row.name,
        row.created_at,
        row.modified_at,
        row.last_login,
    ) = values
    row.__class__ = User
    made: User = row
    return made


@dataclass(frozen=True, slots=True)
class UserProvider(Row):
    """Links between people and their accounts at OAuth providers.

    Attributes:
        id: Identifier of the link.
        user_id: The person.
        provider: google, github, microsoft, apple, facebook or twitter.
        provider_user_id: The provider's own id of the account.
        provider_email: Address as the provider gave it last.
        provider_name: Name as the provider gave it last.
        is_primary: Whether this is the person's main way in; at most one is.
        created_at: When the link was made.
        modified_at: When the row last changed.
    """

    id: UUID
    user_id: UUID
    provider: str
    provider_user_id: str
    provider_email: str | None
    provider_name: str | None
    is_primary: bool | None
    created_at: datetime
    modified_at: datetime


_UserProvider = writable(UserProvider)


def make_user_provider(values: Sequence[Any]) -> UserProvider:
    """Make a row of its values, in the order of its attributes."""
    row: Any = _UserProvider()
    (
        row.id,
        row.user_id,
        row.provider,
        row.provider_user_id,
        row.provider_email,
        row.provider_name,
        row.is_primary,
        row.created_at,
        row.modified_at,
    ) = values
    row.__class__ = UserProvider
    made: UserProvider = row
    return made
