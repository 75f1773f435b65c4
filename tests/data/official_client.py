"""Drives a sandbox with Waldur's own Python client, as somebody's script would. Any surprise ends it with an error."""

import os
import sys
from uuid import UUID

from waldur_api_client.api.marketplace_resource_users import (
    marketplace_resource_users_count as count,
    marketplace_resource_users_create as create,
    marketplace_resource_users_destroy as destroy,
    marketplace_resource_users_list as list_,
    marketplace_resource_users_retrieve as retrieve,
)
from waldur_api_client.client import AuthenticatedClient
from waldur_api_client.errors import UnexpectedStatus
from waldur_api_client.models.resource_user_request import ResourceUserRequest


def main(base_url: str, token: str, links: int) -> None:
    client = AuthenticatedClient(base_url=base_url, token=token)

    everything = list_.sync_all(client=client)
    assert len({link.uuid for link in everything}) == links, len(everything)
    assert count.sync(client=client) == links
    assert len(list_.sync(client=client)) == 10
    assert len(list_.sync(client=client, page_size=300)) == min(links, 300)

    one = everything[0]
    for name in ["resource_uuid", "role_uuid", "user_uuid", "role_name"]:
        value = getattr(one, name)
        found = list_.sync_all(client=client, **{name: value})
        assert found == [link for link in everything if getattr(link, name) == value], name
        assert count.sync(client=client, **{name: value}) == len(found), name
    found = list_.sync_all(client=client, resource=one.resource)
    assert found == [link for link in everything if link.resource == one.resource]
    assert list_.sync_all(client=client, user_uuid=UUID(int=1)) == []

    # Exactly what is there already: the server takes it, and has it twice.
    body = ResourceUserRequest(resource=one.resource, role=one.role, user=one.user)
    made = create.sync(client=client, body=body)
    assert made.uuid != one.uuid and made.user_username == one.user_username
    assert retrieve.sync(made.uuid, client=client) == made
    assert count.sync(client=client) == links + 1
    assert list_.sync_all(client=client)[-1] == made

    destroy.sync_detailed(made.uuid, client=client)
    assert status(lambda: retrieve.sync(made.uuid, client=client)) == 404
    assert status(lambda: destroy.sync_detailed(made.uuid, client=client)) == 404
    assert count.sync(client=client) == links

    destroy.sync_detailed(one.uuid, client=client)
    elsewhere = next(link for link in everything if link.role_name == one.role_name and link.role != one.role)
    body = ResourceUserRequest(resource=one.resource, role=elsewhere.role, user=one.user)
    assert status(lambda: create.sync(client=client, body=body)) == 400
    stranger = AuthenticatedClient(base_url=base_url, token="wrong")
    assert status(lambda: list_.sync(client=stranger)) == 401


def status(call) -> int:
    """The status that the client was not prepared for."""
    try:
        call()
    except UnexpectedStatus as error:
        return error.status_code
    raise AssertionError("it was not refused")


if __name__ == "__main__":
    main(sys.argv[1], os.environ["WALDUR_ACCESS_TOKEN"], int(sys.argv[2]))
