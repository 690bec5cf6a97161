// Written by `npm run types:database` from supabase/migrations. Do not edit.

export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

export type Database = {
  public: {
    Tables: {
      api_key_refusals: {
        Row: {
          called_environment: string;
          calls: number;
          client_id: string;
          dismissed_at: string | null;
          first_at: string;
          key_id: string;
          last_at: string;
          last_from: string;
          last_runtime: string;
          reason: string;
        };
        Insert: {
          called_environment: string;
          calls?: number;
          client_id: string;
          dismissed_at?: string | null;
          first_at?: string;
          key_id: string;
          last_at?: string;
          last_from: string;
          last_runtime: string;
          reason: string;
        };
        Update: {
          called_environment?: string;
          calls?: number;
          client_id?: string;
          dismissed_at?: string | null;
          first_at?: string;
          key_id?: string;
          last_at?: string;
          last_from?: string;
          last_runtime?: string;
          reason?: string;
        };
        Relationships: [
          {
            foreignKeyName: "api_key_refusals_client_id_fkey";
            columns: ["client_id"];
            isOneToOne: false;
            referencedRelation: "clients";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "api_key_refusals_key_id_fkey";
            columns: ["key_id"];
            isOneToOne: false;
            referencedRelation: "api_keys";
            referencedColumns: ["id"];
          },
        ];
      };
      api_key_uses: {
        Row: {
          client_id: string;
          first_used_at: string;
          key_id: string;
          last_from: string;
          last_used_at: string;
          runtime: string;
        };
        Insert: {
          client_id: string;
          first_used_at?: string;
          key_id: string;
          last_from: string;
          last_used_at?: string;
          runtime: string;
        };
        Update: {
          client_id?: string;
          first_used_at?: string;
          key_id?: string;
          last_from?: string;
          last_used_at?: string;
          runtime?: string;
        };
        Relationships: [
          {
            foreignKeyName: "api_key_uses_client_id_fkey";
            columns: ["client_id"];
            isOneToOne: false;
            referencedRelation: "clients";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "api_key_uses_key_id_fkey";
            columns: ["key_id"];
            isOneToOne: false;
            referencedRelation: "api_keys";
            referencedColumns: ["id"];
          },
        ];
      };
      api_keys: {
        Row: {
          client_id: string;
          created_at: string;
          created_by: string | null;
          environment: string;
          expires_at: string | null;
          family_id: string;
          id: string;
          last_used_at: string | null;
          last_used_from: string | null;
          last_used_runtime: string | null;
          name: string;
          prefix: string;
          replaced_by: string | null;
          revoked_at: string | null;
          scopes: string[];
        };
        Insert: {
          client_id: string;
          created_at?: string;
          created_by?: string | null;
          environment: string;
          expires_at?: string | null;
          family_id: string;
          id?: string;
          last_used_at?: string | null;
          last_used_from?: string | null;
          last_used_runtime?: string | null;
          name: string;
          prefix: string;
          replaced_by?: string | null;
          revoked_at?: string | null;
          scopes: string[];
        };
        Update: {
          client_id?: string;
          created_at?: string;
          created_by?: string | null;
          environment?: string;
          expires_at?: string | null;
          family_id?: string;
          id?: string;
          last_used_at?: string | null;
          last_used_from?: string | null;
          last_used_runtime?: string | null;
          name?: string;
          prefix?: string;
          replaced_by?: string | null;
          revoked_at?: string | null;
          scopes?: string[];
        };
        Relationships: [
          {
            foreignKeyName: "api_keys_client_id_fkey";
            columns: ["client_id"];
            isOneToOne: false;
            referencedRelation: "clients";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "api_keys_replaced_by_fkey";
            columns: ["replaced_by"];
            isOneToOne: false;
            referencedRelation: "api_keys";
            referencedColumns: ["id"];
          },
        ];
      };
      audit_events: {
        Row: {
          action: string;
          actor_email: string | null;
          actor_id: string | null;
          client_id: string;
          created_at: string;
          detail: Json;
          id: number;
          target: string;
        };
        Insert: {
          action: string;
          actor_email?: string | null;
          actor_id?: string | null;
          client_id: string;
          created_at?: string;
          detail?: Json;
          id?: number;
          target: string;
        };
        Update: {
          action?: string;
          actor_email?: string | null;
          actor_id?: string | null;
          client_id?: string;
          created_at?: string;
          detail?: Json;
          id?: number;
          target?: string;
        };
        Relationships: [
          {
            foreignKeyName: "audit_events_client_id_fkey";
            columns: ["client_id"];
            isOneToOne: false;
            referencedRelation: "clients";
            referencedColumns: ["id"];
          },
        ];
      };
      clients: {
        Row: {
          created_at: string;
          created_by: string | null;
          delete_after: string | null;
          id: string;
          name: string;
          status: string;
          suspended_by: string | null;
        };
        Insert: {
          created_at?: string;
          created_by?: string | null;
          delete_after?: string | null;
          id?: string;
          name: string;
          status?: string;
          suspended_by?: string | null;
        };
        Update: {
          created_at?: string;
          created_by?: string | null;
          delete_after?: string | null;
          id?: string;
          name?: string;
          status?: string;
          suspended_by?: string | null;
        };
        Relationships: [

        ];
      };
      invitations: {
        Row: {
          accepted_at: string | null;
          client_id: string;
          created_at: string;
          email: string;
          expires_at: string;
          id: string;
          invited_by: string | null;
          role: string;
        };
        Insert: {
          accepted_at?: string | null;
          client_id: string;
          created_at?: string;
          email: string;
          expires_at: string;
          id?: string;
          invited_by?: string | null;
          role: string;
        };
        Update: {
          accepted_at?: string | null;
          client_id?: string;
          created_at?: string;
          email?: string;
          expires_at?: string;
          id?: string;
          invited_by?: string | null;
          role?: string;
        };
        Relationships: [
          {
            foreignKeyName: "invitations_client_id_fkey";
            columns: ["client_id"];
            isOneToOne: false;
            referencedRelation: "clients";
            referencedColumns: ["id"];
          },
        ];
      };
      memberships: {
        Row: {
          client_id: string;
          created_at: string;
          email: string;
          role: string;
          user_id: string;
        };
        Insert: {
          client_id: string;
          created_at?: string;
          email: string;
          role: string;
          user_id: string;
        };
        Update: {
          client_id?: string;
          created_at?: string;
          email?: string;
          role?: string;
          user_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "memberships_client_id_fkey";
            columns: ["client_id"];
            isOneToOne: false;
            referencedRelation: "clients";
            referencedColumns: ["id"];
          },
        ];
      };
    };
    Views: Record<never, never>;
    Functions: {
      accept_invitation: { Args: { token: string }; Returns: string };
      change_role: { Args: { client: string; member: string; new_role: string }; Returns: undefined };
      create_api_key: { Args: { client: string; key_name: string; key_environment: string; key_scopes: string[]; key_prefix: string; hash: string; expires?: string }; Returns: string };
      create_tenant: { Args: { tenant_name: string }; Returns: string };
      describe_invitation: { Args: { token: string }; Returns: Json };
      dismiss_key_refusal: { Args: { refused_key: string; refusal_reason: string; environment: string }; Returns: undefined };
      end_other_sessions: { Args: {  }; Returns: number };
      end_session: { Args: { session: string }; Returns: undefined };
      invite_member: { Args: { client: string; invitee: string; invited_role: string; token: string }; Returns: string };
      list_sessions: { Args: {  }; Returns: Json };
      remove_member: { Args: { client: string; member: string }; Returns: undefined };
      rename_tenant: { Args: { client: string; tenant_name: string }; Returns: undefined };
      request_tenant_deletion: { Args: { client: string; confirmed_name: string }; Returns: string };
      resume_tenant: { Args: { client: string }; Returns: undefined };
      revoke_api_key: { Args: { key_id: string }; Returns: string };
      rotate_api_key: { Args: { key_id: string; new_prefix: string; hash: string; overlap: string; expires?: string }; Returns: string };
      settle_attempt: { Args: { returned: string[]; emptied: string[]; known?: string }; Returns: undefined };
      suspend_tenant: { Args: { client: string }; Returns: undefined };
      take_attempt: { Args: { buckets: Json; known?: string }; Returns: number };
      touch_session: { Args: { agent: string; place: string; is_used: boolean }; Returns: string };
      withdraw_invitation: { Args: { invitation: string }; Returns: undefined };
    };
    Enums: Record<never, never>;
    CompositeTypes: Record<never, never>;
  };
};
