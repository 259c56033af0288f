"""From the words of a command line to versions, classes and members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workfront_orm.core.objects import Object
    from workfront_orm.core.reflection import APIVersion
    from workfront_orm.core.specs import ObjectSpec

__all__ = ["find_api", "find_class", "find_source", "newest_version", "spec_of"]


def newest_version(service: str) -> str:
    """The newest numbered version of a service that there is metadata for.

    Raises:
        UnknownNameError: There is no such service.
        MetadataNotFoundError: There is no metadata for it.
    """
    from workfront_orm.core import metadata
    from workfront_orm.core.service import find_service

    versions = metadata.versions(find_service(service).name)
    if not versions:
        raise metadata.MetadataNotFoundError(f"there is no metadata for any version of {service}")
    return next((version for version in reversed(versions) if any(map(str.isdigit, version))), versions[-1])


def find_api(service: str, version: str | None, profile: str | None = None) -> APIVersion:
    """The classes of a version; the newest numbered one where none is named.

    Args:
        service: The system.
        version: The version, or None.
        profile: A profile whose own classes are meant, or None for those that ship.

    Raises:
        UnknownNameError: There is no such service.
        MetadataNotFoundError: There is no metadata for the version.
    """
    from workfront_orm.core.reflection import api_version

    if profile is not None:
        from workfront_orm.core import tenants

        return tenants.api_of(profile, version, service)

    return api_version(service, version or newest_version(service))


def find_source(service: str, name: str) -> Any:
    """What the word for a version on a command line means.

    Args:
        service: The system.
        name: A version, the path of a metadata file, or `PROFILE:VERSION` of a tenant that was reflected; the version
            may be left out there.

    Returns:
        The version or path as it is, or the tenant's classes.

    Raises:
        MetadataNotFoundError: Nothing was reflected for the profile.
    """
    profile, colon, version = name.partition(":")
    if not colon or not profile.isidentifier():
        return name
    return find_api(service, version or None, profile)


def find_class(api: APIVersion, name: str) -> type[Object]:
    """A class by name or code, in upper or lower case.

    Raises:
        UnknownNameError: There is none; the message gives near matches.
    """
    from workfront_orm.core.errors import UnknownNameError, near_matches
    from workfront_orm.core.objects import Object

    names = [entry for entry in dir(api) if entry[:1].isupper()]
    codes = [*api.by_code]
    chosen = {known.lower(): known for known in [*codes, *names]}.get(name.lower(), name)
    chosen = name if name in names else chosen
    found: Any = getattr(api, chosen) if chosen in names else api.by_code.find(chosen)
    if isinstance(found, type) and issubclass(found, Object):
        return found
    hint = near_matches(name, [*codes, *names], "`workfront-orm describe` lists them all")
    raise UnknownNameError(f"{api.version} has no class {name!r}{hint}")


def spec_of(api: APIVersion, cls: type[Object]) -> ObjectSpec:
    """What the metadata says of a class."""
    name = cls.__name__
    if api.source is None or api.service is None:
        raise TypeError(f"{api!r} is made by hand and has no metadata")
    return api.source.read(cls.code or api.service.key_of_class(name) or api.source.key_of(name) or name)
